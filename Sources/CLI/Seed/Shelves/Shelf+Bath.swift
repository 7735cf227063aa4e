import Domain

extension Shelf {
    /// For the bathroom.
    static let bath = Shelf(
        category: Category(slug: "bath", name: "Bath"), code: "BAT",
        series: ["Lagoon", "Saltmarsh", "Harbour", "Spruce", "Eddy", "Pebble", "Mistral", "Kelda"],
        materials: [
            "Cotton": "Long-staple cotton that dries a body in one go.",
            "Linen": "Linen waffle that is dry again by evening.",
            "Teak": "Oiled teak does not mind being wet.",
            "Stoneware": "Glazed stoneware that wipes clean.",
            "Olive Oil": "Boiled from cold-pressed olive oil and nothing from a laboratory.",
            "Sea Salt": "With sea salt from shallow pans.",
            "Brass": "Brushed brass, lacquered against water spots.",
            "Beech": "Beech from the carpenter's offcuts.",
        ],
        kinds: [
            Kind(
                name: "Bath Towel", materials: ["Cotton", "Linen"], dollars: 19...59,
                use: "A towel of 70 by 140 cm with a loop on the long side."),
            Kind(
                name: "Robe", materials: ["Cotton", "Linen"], dollars: 59...149,
                use: "Reaches the knee and has pockets that hold something."),
            Kind(
                name: "Soap", materials: ["Olive Oil", "Sea Salt"], dollars: 5...15,
                use: "A bar that lasts a month at the basin."),
            Kind(
                name: "Soap Dish", materials: ["Teak", "Stoneware", "Brass"], dollars: 9...35,
                use: "Lets the water run off, so that the soap lasts."),
            Kind(
                name: "Bath Mat", materials: ["Cotton", "Teak"], dollars: 19...79,
                use: "Warm under the feet and steady on wet tiles."),
            Kind(
                name: "Body Brush", materials: ["Beech", "Teak"], dollars: 12...39,
                use: "Reaches the middle of the back."),
            Kind(
                name: "Tumbler", materials: ["Stoneware", "Brass", "Beech"], dollars: 9...29,
                use: "For toothbrushes, with a foot that does not leave a ring."),
            Kind(
                name: "Towel Rail", materials: ["Brass", "Teak", "Beech"], dollars: 29...109,
                use: "Carries four wet towels; screws and plugs are enclosed."),
            Kind(
                name: "Bath Soak", materials: ["Sea Salt", "Olive Oil"], dollars: 9...32,
                use: "Enough for ten long baths."),
        ],
        closings: [
            "Unscented, as everything in the * line.", "Packed in paper.",
            "The * line was made together with a small hotel.",
            "Good company for the other * pieces.",
        ])
}
