import Domain

extension Shelf {
    /// Non-fiction, by subject; the binding counts as the material.
    static let books = Shelf(
        category: Category(slug: "books", name: "Books"), code: "BOK", order: .kindSeriesMaterial,
        series: [
            "Coastal Birds", "Sourdough", "Letterpress Printing", "Wooden Boats", "Alpine Plants", "Small Gardens",
            "Night Trains",
            "Beekeeping",
            "Tide Pools", "Lighthouses",
        ],
        materials: [
            "Hardcover": "Bound in cloth, thread-sewn, with a ribbon.",
            "Paperback": "A paperback that opens flat and fits a coat pocket.",
            "Illustrated Edition": "With more than a hundred drawings, many of them over a full page.",
        ],
        kinds: [
            Kind(
                name: "A Field Guide to", materials: ["Hardcover", "Paperback", "Illustrated Edition"],
                dollars: 14...39,
                use: "Everything one meets outside, in the order one meets it."),
            Kind(
                name: "The Beginner's Handbook of", materials: ["Hardcover", "Paperback"], dollars: 12...29,
                use: "Begins at the beginning and takes nothing for granted."),
            Kind(
                name: "A Short History of", materials: ["Hardcover", "Paperback", "Illustrated Edition"],
                dollars: 13...35,
                use: "Two thousand years in two hundred pages, with dates where they matter."),
            Kind(
                name: "A Year of", materials: ["Hardcover", "Illustrated Edition"], dollars: 18...45,
                use: "Twelve chapters, one a month, for reading along."),
            Kind(
                name: "Letters on", materials: ["Hardcover", "Paperback"], dollars: 11...27,
                use: "Thirty letters between two friends who never agree for long."),
            Kind(
                name: "The Atlas of", materials: ["Hardcover", "Illustrated Edition"], dollars: 29...69,
                use: "Maps and plates in large format, each with a page of commentary."),
            Kind(
                name: "Essays on", materials: ["Hardcover", "Paperback"], dollars: 10...25,
                use: "Eleven essays that wander off and always come home."),
        ],
        closings: [
            "For everybody who cannot stop talking about *.", "With an index that can be relied upon.",
            "Third edition, revised throughout.", "The standard work on *, readable even so.",
        ])
}
