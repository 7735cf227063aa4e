import Domain

extension Shelf {
    /// Boards, pans, knives and what else cooking takes.
    static let kitchen = Shelf(
        category: Category(slug: "kitchen", name: "Kitchen"), code: "KIT",
        series: ["Halden", "Marlow", "Brenta", "Osterby", "Calder", "Tavira", "Lindell", "Rowan"],
        materials: [
            "Oak": "Oiled oak is hard, dense and grows more handsome with use.",
            "Walnut": "The walnut comes from orchards that are felled after their last harvest.",
            "Beech": "Beech takes knocks well and has no taste of its own.",
            "Bamboo": "Bamboo grows back within five years and hardly drinks water.",
            "Cast Iron": "Cast iron keeps its heat long after the stove is off.",
            "Carbon Steel": "Carbon steel heats quickly and takes on a non-stick skin over the years.",
            "Stainless": "18/10 stainless steel shrugs off acids and the dishwasher.",
            "Copper": "Copper answers at once when the flame is turned down.",
            "Stoneware": "Each piece of stoneware is glazed by hand and fired twice.",
            "Enamel": "The enamel is free of lead and cadmium and does not scratch.",
            "Glass": "Borosilicate glass goes from the freezer to the oven.",
            "Linen": "Washed linen dries fast and leaves no fluff.",
        ],
        kinds: [
            Kind(
                name: "Cutting Board", materials: ["Oak", "Walnut", "Beech", "Bamboo"], dollars: 19...79,
                use: "A board with room for bread, a roast and a heap of vegetables."),
            Kind(
                name: "Frying Pan", materials: ["Cast Iron", "Carbon Steel", "Stainless", "Copper"], dollars: 29...149,
                use: "A pan for eggs in the morning and steak in the evening, 28 cm across."),
            Kind(
                name: "Saucepan", materials: ["Stainless", "Copper", "Enamel"], dollars: 25...129,
                use: "Holds two litres and pours from both sides without a drip."),
            Kind(
                name: "Casserole", materials: ["Cast Iron", "Enamel", "Stoneware"], dollars: 49...219,
                use: "A lidded pot for stews that take their time."),
            Kind(
                name: "Mixing Bowl", materials: ["Stainless", "Glass", "Stoneware", "Bamboo"], dollars: 12...45,
                use: "Deep enough to whisk cream without painting the wall."),
            Kind(
                name: "Chef's Knife", materials: ["Carbon Steel", "Stainless"], dollars: 39...189,
                use: "A 20 cm blade for nearly everything that needs cutting."),
            Kind(
                name: "Storage Jar", materials: ["Glass", "Stoneware", "Enamel"], dollars: 8...29,
                use: "Keeps flour, coffee or dried beans as they were bought."),
            Kind(
                name: "Tea Towel", materials: ["Linen"], dollars: 7...19,
                use: "A generous towel with a loop that stays on its hook."),
        ],
        closings: [
            "Part of the * series, in which everything nests and stacks.", "Made to be repaired, not replaced.",
            "Comes with a card on how to look after it.", "A favourite of the * line since its first year.",
        ])
}
