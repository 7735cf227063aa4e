import Domain
import Foundation
import JSON
import Storage

/// The sample catalog: believable products, the same on every machine.
///
/// A smaller catalog is the beginning of a larger one, so a shop can be seeded again with more products.
struct SampleCatalog: Sendable {
    /// As many products as the words of all shelves allow.
    static let capacity = Shelf.all.reduce(0) { $0 + $1.designs.count }

    /// The products in the order they are made; the first is the oldest.
    let products: [ProductSeed]

    /// - Parameter count: how many, at most ``capacity``.
    init(count: Int) {
        var shelves = Shelf.all.enumerated().map { number, shelf in
            var generator = SeededGenerator(seed: UInt64(number) &+ 0xCA27)
            return generator.shuffled(shelf.designs)[...]
        }
        var positions = Shelf.all.map { _ in 0 }
        var products: [ProductSeed] = []
        products.reserveCapacity(count)
        while products.count < count {
            let before = products.count
            // One of each shelf in turn, so that every page of the shop is a mixture.
            for shelf in shelves.indices where products.count < count {
                guard let design = shelves[shelf].popFirst() else { continue }
                positions[shelf] += 1
                guard let product = Self.product(design, position: positions[shelf], number: products.count) else {
                    continue
                }
                products.append(product)
            }
            if products.count == before { break }
        }
        self.products = products
    }

    /// When the first product is said to have been made: 2025-01-01T00:00:00Z. Ids hold the time, so it must not be
    /// today's.
    private static let epoch = Date(timeIntervalSince1970: 1_735_689_600)

    /// - Returns: nil when the shelf's code could not begin a SKU; the tests count on there being none.
    private static func product(_ design: ProductDesign, position: Int, number: Int) -> ProductSeed? {
        let digits = String(position)
        guard
            let sku = SKU(
                rawValue: "\(design.shelf.code)-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits)
        else {
            return nil
        }
        var generator = SeededGenerator(seed: UInt64(number) &* 0x1_0000_01B3 &+ 0x5EED)
        let id = Product.ID(at: epoch.addingTimeInterval(Double(number)), using: &generator)
        let prices = SamplePrices(dollars: generator.number(in: design.kind.dollars))
        let product = Product(
            id: id, sku: sku, name: design.name, description: design.description(using: &generator),
            category: design.shelf.category,
            basePrice: prices.base)
        return ProductSeed(product: product, prices: prices.others, stock: stock(using: &generator))
    }

    /// One in twenty-five is sold out, one in ten nearly; the rest has up to 500.
    private static func stock(using generator: inout SeededGenerator) -> Int {
        switch generator.number(below: 100) {
        case 0..<4: 0
        case 4..<14: generator.number(in: 1...5)
        default: generator.number(in: 6...500)
        }
    }
}

/// A category of the sample catalog with the words that its products are made of.
struct Shelf: Sendable, Decodable {
    /// One kind of product on the shelf.
    struct Kind: Sendable, Decodable {
        /// What it is: `Cutting Board`.
        let name: String
        /// What it comes in; keys of ``Shelf/materials``.
        let materials: [String]
        /// From the cheapest to the dearest, in whole dollars: two numbers in JSON.
        let dollars: ClosedRange<Int>
        /// A sentence on what it is good for.
        let use: String
    }

    /// Which word comes first in a name.
    enum NameOrder: String, Sendable, Decodable {
        /// `Halden Oak Cutting Board`
        case seriesMaterialKind = "series material kind"
        /// `A Field Guide to Coastal Birds, Hardcover`
        case kindSeriesMaterial = "kind series material"
    }

    /// The category its products belong to.
    let category: Category
    /// Begins their SKUs: three letters.
    let code: String
    /// How their names are put together.
    let order: NameOrder
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
    static let all: [Shelf] = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "shelves.json")
            return try JSONCoder.decode([Shelf].self, from: [UInt8](Data(contentsOf: file)))
        } catch {
            // The file is built into this program, and a test reads it: without it the program was not installed whole.
            fatalError("shelves.json, which belongs to this program, cannot be read: \(error)")
        }
    }()
}

/// One combination of the words of a shelf: what a product is called and how it is described.
struct ProductDesign: Sendable {
    let shelf: Shelf
    let kind: Shelf.Kind
    let material: String
    let series: String

    /// Unique in the catalog, because the combination is.
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

/// What one product costs: a base price in dollars and prices set by hand in other currencies, each just under a round
/// number.
///
/// Prices set by hand don't follow the day's rates; that is what they are for. The factors are of the right order, no
/// more.
struct SamplePrices: Hashable, Sendable {
    /// In US dollars, x.99.
    let base: Money
    /// In euros and pounds, x.99, and in yen, which ends in 80.
    let others: [Money]

    /// - Parameter dollars: the next whole number of dollars above the price, 1 or more.
    init(dollars: Int) {
        base = Self.justBelow(dollars, .usd)
        others = [
            Self.justBelow(Self.rounded(dollars, percent: 93), .eur),
            Self.justBelow(Self.rounded(dollars, percent: 79), .gbp),
            Money(Int64(Self.rounded(dollars, percent: 149) * 100 - 20), .jpy),
        ]
    }

    private static func justBelow(_ whole: Int, _ currency: Currency) -> Money {
        Money(Int64(whole) * currency.minorUnitsPerMajor - 1, currency)
    }

    /// The share of the number, to the nearest whole one, at least 1.
    private static func rounded(_ number: Int, percent: Int) -> Int {
        max(1, (number * percent + 50) / 100)
    }
}

/// Numbers that look random and are the same on every machine, for the same seed: SplitMix64.
///
/// The standard library may change how `shuffled(using:)` and `random(in:using:)` consume a generator, so drawing from
/// it is written out here.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A stream of numbers of its own for every seed.
    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number from 0 to `bound` - 1. The bias of the remainder is far below what a catalog could show.
    mutating func number(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(below: range.count)
    }

    /// The elements in another order (Fisher and Yates).
    mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, number(below: last + 1))
        }
        return elements
    }
}
