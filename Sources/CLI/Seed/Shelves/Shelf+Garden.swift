import Domain

extension Shelf {
    /// Tools, pots and light for the garden.
    static let garden = Shelf(
        category: Category(slug: "garden", name: "Garden"), code: "GAR",
        series: ["Orchard", "Hedgerow", "Allotment", "Wisteria", "Meadow", "Potting Shed", "Bramble", "Fennel"],
        materials: [
            "Ash-Handled": "The handle is ash, shaped for a hand in a glove.",
            "Stainless": "Polished stainless steel lets wet clay slide off.",
            "Forged": "Forged in one piece, so there is no joint to give way.",
            "Galvanised": "Hot-dip galvanised, it may stay outside all winter.",
            "Terracotta": "Frost-proof terracotta that breathes and ages well.",
            "Zinc": "Zinc takes on a soft grey within a season.",
            "Cedar": "Cedar lasts for decades without paint.",
            "Solar": "Charges in daylight and comes on by itself.",
        ],
        kinds: [
            Kind(
                name: "Spade", materials: ["Ash-Handled", "Stainless", "Forged"], dollars: 29...89,
                use: "Goes through roots and heavy soil without bending."),
            Kind(
                name: "Hand Trowel", materials: ["Ash-Handled", "Stainless", "Forged"], dollars: 9...35,
                use: "For bulbs, seedlings and the weed between the stones."),
            Kind(
                name: "Secateurs", materials: ["Forged", "Stainless"], dollars: 19...79,
                use: "Cut a clean slope through stems up to 22 mm."),
            Kind(
                name: "Watering Can", materials: ["Galvanised", "Zinc", "Stainless"], dollars: 19...69,
                use: "Eight litres, well balanced, with a rose that comes off for cleaning."),
            Kind(
                name: "Planter", materials: ["Terracotta", "Zinc", "Cedar", "Galvanised"], dollars: 15...99,
                use: "Deep enough for roots, with a hole where the water should leave."),
            Kind(
                name: "Raised Bed", materials: ["Cedar", "Galvanised"], dollars: 69...229,
                use: "Brings salad and herbs to a height that spares the back."),
            Kind(
                name: "Path Lantern", materials: ["Solar", "Zinc"], dollars: 15...59,
                use: "Shows the way to the gate and leaves the stars alone."),
            Kind(
                name: "Bird Table", materials: ["Cedar", "Terracotta"], dollars: 25...85,
                use: "Out of reach of cats and easy to clean."),
        ],
        closings: [
            "The * tools hang from one rail.", "Guaranteed for as long as you garden.",
            "Sent in cardboard, with no plastic.",
            "Looks best beside others of the * range.",
        ])
}
