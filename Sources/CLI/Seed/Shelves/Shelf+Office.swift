import Domain

extension Shelf {
    /// For desks.
    static let office = Shelf(
        category: Category(slug: "office", name: "Office"), code: "OFF",
        series: ["Ledger", "Draft", "Margin", "Folio", "Quire", "Octavo", "Vellum", "Broadsheet"],
        materials: [
            "Brass": "Solid brass that may be polished or left to darken.",
            "Walnut": "Walnut with a thin coat of hard wax.",
            "Steel": "Powder-coated steel with no sharp edge anywhere.",
            "Felt": "Wool felt, three millimetres thick, from offcuts.",
            "Leather": "Vegetable-tanned leather that remembers where it has been.",
            "Recycled Paper": "The paper is recycled, cream, and does not bleed.",
            "Cork": "Cork is harvested without felling the tree.",
        ],
        kinds: [
            Kind(
                name: "Desk Lamp", materials: ["Brass", "Steel", "Walnut"], dollars: 49...189,
                use: "Warm in the evening and bright for small print, on one dial."),
            Kind(
                name: "Pen", materials: ["Brass", "Steel", "Walnut"], dollars: 12...79,
                use: "Writes at once after a week in a drawer."),
            Kind(
                name: "Notebook", materials: ["Leather", "Recycled Paper", "Cork"], dollars: 8...39,
                use: "192 numbered pages and a table of contents to fill in."),
            Kind(
                name: "Desk Mat", materials: ["Felt", "Leather", "Cork"], dollars: 19...89,
                use: "Quiet under the keyboard and wide enough for the mouse."),
            Kind(
                name: "Document Tray", materials: ["Steel", "Walnut", "Felt"], dollars: 19...69,
                use: "A4 fits lengthways; three of them stack."),
            Kind(
                name: "Monitor Stand", materials: ["Walnut", "Steel", "Cork"], dollars: 35...129,
                use: "Lifts the screen to eye level and hides the keyboard at night."),
            Kind(
                name: "Pencil Case", materials: ["Leather", "Felt", "Recycled Paper"], dollars: 9...35,
                use: "Holds twelve pencils, an eraser and a ruler of 15 cm."),
            Kind(
                name: "Bookends", materials: ["Brass", "Steel", "Walnut"], dollars: 19...75,
                use: "Heavy enough for a shelf of dictionaries."),
        ],
        closings: [
            "Refills of the * series are sold singly.", "The whole * series is sized to one grid.",
            "Designed for people who still sharpen pencils.",
            "Arrives assembled.",
        ])
}
