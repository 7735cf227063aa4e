import Domain

extension Shelf {
    /// For listening.
    static let audio = Shelf(
        category: Category(slug: "audio", name: "Audio"), code: "AUD",
        series: ["Cadence", "Larghetto", "Octave", "Murmur", "Halftone", "Reverie", "Timbre", "Vesper"],
        materials: [
            "Walnut": "The walnut housing is milled from one piece and oiled.",
            "Ash": "Ash veneer over a stiff, well-braced cabinet.",
            "Aluminium": "The aluminium body carries heat and vibration away.",
            "Graphite": "A matt graphite finish that shows no fingerprints.",
            "Ivory": "Finished in a warm ivory that suits a bright room.",
            "Leather": "The leather is tanned without chrome and can be replaced.",
        ],
        kinds: [
            Kind(
                name: "Bookshelf Speakers", materials: ["Walnut", "Ash", "Graphite", "Ivory"], dollars: 149...599,
                use: "A pair of two-way speakers that fill a living room without a subwoofer."),
            Kind(
                name: "Headphones", materials: ["Walnut", "Graphite", "Leather"], dollars: 79...399,
                use: "Closed headphones with thirty hours of battery and a cable for the rest."),
            Kind(
                name: "Turntable", materials: ["Walnut", "Ash", "Graphite"], dollars: 199...799,
                use: "Belt driven, with a cartridge that is set up at the factory."),
            Kind(
                name: "Portable Speaker", materials: ["Aluminium", "Graphite", "Ivory", "Leather"], dollars: 49...229,
                use: "Sixteen hours of music on the balcony, rain included."),
            Kind(
                name: "Table Radio", materials: ["Walnut", "Ash", "Ivory"], dollars: 69...249,
                use: "FM, digital and internet radio with one large knob."),
            Kind(
                name: "Earphones", materials: ["Aluminium", "Graphite", "Ivory"], dollars: 29...199,
                use: "Small earphones that stay where they are put."),
            Kind(
                name: "Amplifier", materials: ["Aluminium", "Graphite", "Walnut"], dollars: 179...899,
                use: "Twice sixty watts, four inputs and a proper stage for records."),
        ],
        closings: [
            "Tuned by ear in a room like yours.", "Firmware comes over the air and asks first.",
            "Works with everything else in the * family.", "Batteries and pads of the * can be changed with a coin.",
        ])
}
