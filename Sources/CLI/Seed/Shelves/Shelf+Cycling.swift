import Domain

extension Shelf {
    /// For bicycles and who rides them.
    static let cycling = Shelf(
        category: Category(slug: "cycling", name: "Cycling"), code: "CYC",
        series: ["Commuter", "Randonneur", "Gravel", "Velodrome", "Errand", "Switchback", "Tailwind", "Cobble"],
        materials: [
            "Steel": "Steel that a village blacksmith could mend.",
            "Aluminium": "Aluminium, light and free of rust.",
            "Leather": "Leather that takes the shape of its rider.",
            "Waxed Canvas": "Waxed canvas with rolled and taped seams.",
            "Merino": "Merino that does not smell after the second day.",
            "Reflective": "Woven with a yarn that lights up in headlamps.",
            "Cork": "Natural cork that does not get slippery.",
        ],
        kinds: [
            Kind(
                name: "Saddle", materials: ["Leather", "Cork"], dollars: 39...149,
                use: "For long days; comfortable after a short acquaintance."),
            Kind(
                name: "Pannier", materials: ["Waxed Canvas", "Reflective", "Leather"], dollars: 49...159,
                use: "Eighteen litres that click onto any rack with one hand."),
            Kind(
                name: "Handlebar Bag", materials: ["Waxed Canvas", "Reflective", "Leather"], dollars: 35...119,
                use: "Keeps camera, map and apples within reach."),
            Kind(
                name: "Bell", materials: ["Steel", "Aluminium"], dollars: 9...29,
                use: "One clear note, polite and well heard."),
            Kind(
                name: "Jersey", materials: ["Merino", "Reflective"], dollars: 59...139,
                use: "Three pockets at the back and a zip down to the waist."),
            Kind(
                name: "Grips", materials: ["Cork", "Leather"], dollars: 12...49,
                use: "Shaped for the palm and fastened with one bolt."),
            Kind(
                name: "Front Rack", materials: ["Steel", "Aluminium"], dollars: 35...109,
                use: "Carries ten kilograms in front without wagging."),
            Kind(
                name: "Gloves", materials: ["Merino", "Leather", "Reflective"], dollars: 19...69,
                use: "Warm enough for October, thin enough for gears."),
            Kind(
                name: "Mini Pump", materials: ["Steel", "Aluminium"], dollars: 19...59,
                use: "Seven bar at the roadside without a sore arm."
            ),
            Kind(
                name: "Multi-Tool", materials: ["Steel", "Aluminium"], dollars: 15...59,
                use: "Eleven keys, a chain breaker and a bottle opener."),
        ],
        closings: [
            "The * series fits rims, racks and posts of all common sizes.", "Ridden for a winter before it was sold.",
            "Spare screws are in the bag.", "Goes with the other * parts.",
        ])
}
