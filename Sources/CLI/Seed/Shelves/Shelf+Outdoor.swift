import Domain

extension Shelf {
    /// For nights in a tent and days on a trail.
    static let outdoor = Shelf(
        category: Category(slug: "outdoor", name: "Outdoor"), code: "OUT",
        series: ["Skarn", "Tarn", "Ridgeway", "Fell", "Torrent", "Norrland", "Col", "Kestrel"],
        materials: [
            "Ripstop": "The ripstop weave keeps a small tear small.",
            "Canvas": "Waxed canvas turns rain away and can be waxed again at home.",
            "Titanium": "Titanium weighs next to nothing and does not taste of metal.",
            "Aluminium": "Anodised aluminium stands being dropped on rocks.",
            "Merino": "Merino wool stays warm when wet and fresh for days.",
            "Down": "The down is traced from the farm and repels water.",
            "Recycled": "The fabric is spun from recycled bottles and fishing nets.",
            "Steel": "Double-walled steel keeps hot and cold apart.",
        ],
        kinds: [
            Kind(
                name: "Two-Person Tent", materials: ["Ripstop", "Canvas", "Recycled"], dollars: 149...499,
                use: "Pitches in four minutes and has a porch for wet boots."),
            Kind(
                name: "Day Pack", materials: ["Ripstop", "Canvas", "Recycled"], dollars: 59...149,
                use: "Twenty-two litres for a jacket, lunch and a map."),
            Kind(
                name: "Sleeping Bag", materials: ["Down", "Recycled", "Merino"], dollars: 89...389,
                use: "Comfortable down to two degrees below freezing."),
            Kind(
                name: "Cook Set", materials: ["Titanium", "Aluminium", "Steel"], dollars: 35...129,
                use: "Two pots, a pan and a lid that pack into each other."),
            Kind(
                name: "Flask", materials: ["Steel", "Titanium", "Aluminium"], dollars: 19...69,
                use: "Tea from the morning is still hot at the summit."),
            Kind(
                name: "Base Layer", materials: ["Merino", "Recycled"], dollars: 45...119,
                use: "Worn next to the skin, with flat seams under the pack's straps."),
            Kind(
                name: "Trekking Poles", materials: ["Aluminium", "Titanium"], dollars: 39...159,
                use: "Fold in three, lock with a click and spare the knees downhill."),
            Kind(
                name: "Rain Jacket", materials: ["Ripstop", "Recycled"], dollars: 99...329,
                use: "Keeps out three hours of steady rain and packs into its own pocket."),
        ],
        closings: [
            "The * range is tested on the west coast, where it rains sideways.", "Spare parts are kept for ten years.",
            "Weighed without its packaging, as one carries it.", "Pairs with everything else in the * range.",
        ])
}
