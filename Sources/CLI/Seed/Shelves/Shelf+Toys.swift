import Domain

extension Shelf {
    /// For children, and for whoever plays with them.
    static let toys = Shelf(
        category: Category(slug: "toys", name: "Toys"), code: "TOY",
        series: ["Pippin", "Otterby", "Moonbeam", "Tumble", "Hazelnut", "Puddle", "Juniper", "Clementine"],
        materials: [
            "Wooden": "The wood is maple, sanded smooth and stained with food colours.",
            "Felt": "Sewn from wool felt with no small parts.",
            "Cotton": "Organic cotton inside and out; goes into the machine.",
            "Cardboard": "Sturdy cardboard, printed with vegetable inks.",
            "Tin": "Tin with rolled edges, wound up with a key.",
            "Magnetic": "The magnets are sealed in and cannot come loose.",
        ],
        kinds: [
            Kind(
                name: "Building Blocks", materials: ["Wooden", "Magnetic", "Cardboard"], dollars: 19...89,
                use: "Sixty pieces that become a tower, a bridge and a tower again."),
            Kind(
                name: "Train Set", materials: ["Wooden", "Tin", "Magnetic"], dollars: 29...129,
                use: "An oval of track, a bridge and an engine that pulls four wagons."),
            Kind(name: "Rabbit", materials: ["Felt", "Cotton"], dollars: 15...45, use: "Long ears, good listener."),
            Kind(
                name: "Bear", materials: ["Felt", "Cotton"], dollars: 15...49,
                use: "A bear of the size that fits under one arm."),
            Kind(
                name: "Puzzle", materials: ["Wooden", "Cardboard", "Magnetic"], dollars: 9...39,
                use: "Two hundred pieces, none of them sky."),
            Kind(
                name: "Memory Game", materials: ["Wooden", "Cardboard", "Felt"], dollars: 9...35,
                use: "Thirty-six pairs that grown-ups lose at."),
            Kind(
                name: "Racing Car", materials: ["Wooden", "Tin", "Cardboard"], dollars: 7...39,
                use: "Rolls far on a kitchen floor."),
            Kind(
                name: "Theatre", materials: ["Wooden", "Cardboard", "Felt"], dollars: 19...99,
                use: "A stage with three backdrops and a curtain that really closes."),
            Kind(name: "Drum", materials: ["Wooden", "Tin"], dollars: 12...49, use: "Loud enough, and no louder."),
        ],
        closings: [
            "For children from three years.", "The * family grows by one animal a year.",
            "Comes in a box that is worth keeping.",
            "Tested to EN 71 and by two kindergartens.",
        ])
}
