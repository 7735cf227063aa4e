import Domain

extension Shelf {
    /// For living rooms and bedrooms.
    static let home = Shelf(
        category: Category(slug: "home", name: "Home"), code: "HOM",
        series: ["Solveig", "Hearth", "Lumen", "Arden", "Veranda", "Birch Lane", "Hollis", "Amara"],
        materials: [
            "Wool": "New wool from one flock, washed without chlorine.",
            "Linen": "Stone-washed linen that needs no ironing.",
            "Cotton": "Organic cotton, densely woven.",
            "Oak": "Solid oak from managed forests.",
            "Rattan": "Rattan, woven by hand over a steel frame.",
            "Ceramic": "Each ceramic piece turns out a little different.",
            "Glass": "Mouth-blown glass with the occasional bubble.",
            "Soy Wax": "Soy wax burns slowly and without soot.",
        ],
        kinds: [
            Kind(
                name: "Throw", materials: ["Wool", "Linen", "Cotton"], dollars: 39...149,
                use: "Large enough for two on a sofa."),
            Kind(
                name: "Cushion", materials: ["Wool", "Linen", "Cotton"], dollars: 19...65,
                use: "A 50 cm cushion with a hidden zip and a cover to wash."),
            Kind(
                name: "Floor Lamp", materials: ["Oak", "Rattan", "Glass"], dollars: 89...289,
                use: "Reads over your shoulder without glare."),
            Kind(
                name: "Vase", materials: ["Ceramic", "Glass"], dollars: 15...89,
                use: "Stands well with one stem or an armful."),
            Kind(
                name: "Side Table", materials: ["Oak", "Rattan", "Ceramic"], dollars: 69...249,
                use: "Holds a lamp, a book and a cup, and is easily carried."),
            Kind(
                name: "Candle", materials: ["Soy Wax", "Ceramic", "Glass"], dollars: 9...39,
                use: "Forty hours of light with a scent that stays in the background."),
            Kind(
                name: "Storage Basket", materials: ["Rattan", "Cotton", "Wool"], dollars: 19...79,
                use: "For blankets, toys or the newspapers of a week."),
            Kind(
                name: "Bed Linen", materials: ["Linen", "Cotton"], dollars: 59...219,
                use: "A set of two covers and two pillowcases, softer with every wash."),
        ],
        closings: [
            "Colours of the * collection go with each other.", "Made in a family business of fourteen people.",
            "Sent back free of charge if it does not fit the room.", "One of the quiet pieces of the * collection.",
        ])
}
