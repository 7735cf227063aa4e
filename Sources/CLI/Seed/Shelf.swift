import Domain

/// A category of the sample catalogue with the words that its products are made of.
struct Shelf: Sendable {
    /// One kind of product on the shelf.
    struct Kind: Sendable {
        /// What it is: `Cutting Board`.
        let name: String
        /// What it comes in; keys of ``Shelf/materials``.
        let materials: [String]
        /// From the cheapest to the dearest, in whole dollars.
        let dollars: ClosedRange<Int>
        /// A sentence on what it is good for.
        let use: String
    }

    /// Which word comes first in a name.
    enum NameOrder: Sendable {
        /// `Halden Oak Cutting Board`
        case seriesMaterialKind
        /// `A Field Guide to Coastal Birds, Hardcover`
        case kindSeriesMaterial
    }

    /// The category its products belong to.
    let category: Category
    /// Begins their SKUs: three letters.
    let code: String
    /// How their names are put together.
    var order: NameOrder = .seriesMaterialKind
    /// Product lines, or subjects of books.
    let series: [String]
    /// What things are made of, with a sentence on it.
    let materials: [String: String]
    /// What stands there.
    let kinds: [Kind]
    /// Last sentences; `*` stands for the series.
    let closings: [String]

    /// All products that the words allow, in the order of the lists.
    var designs: [ProductDesign] {
        kinds.flatMap { kind in
            kind.materials.flatMap { material in
                series.map { ProductDesign(shelf: self, kind: kind, material: material, series: $0) }
            }
        }
    }

    /// Every shelf of the shop, in the order they are filled.
    static let all: [Shelf] = [.kitchen, .outdoor, .books, .audio, .garden, .office, .home, .bath, .toys, .cycling]
}
