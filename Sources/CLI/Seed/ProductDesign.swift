/// One combination of the words of a shelf: what a product is called and how it is described.
struct ProductDesign: Sendable {
    let shelf: Shelf
    let kind: Shelf.Kind
    let material: String
    let series: String

    /// Unique in the catalogue, because the combination is.
    var name: String {
        switch shelf.order {
        case .seriesMaterialKind: "\(series) \(material) \(kind.name)"
        case .kindSeriesMaterial: "\(kind.name) \(series), \(material)"
        }
    }

    /// Two or three sentences.
    func description(using generator: inout SeededGenerator) -> String {
        var sentences = [kind.use]
        if let sentence = shelf.materials[material] { sentences.append(sentence) }
        // A third sentence on most, so that a page of products does not read like a table.
        if generator.number(below: 3) > 0 {
            let closing = shelf.closings[generator.number(below: shelf.closings.count)]
            sentences.append(closing.split(separator: "*", omittingEmptySubsequences: false).joined(separator: series))
        }
        return sentences.joined(separator: " ")
    }
}
