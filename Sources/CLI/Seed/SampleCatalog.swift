import Domain
import Foundation
import Storage

/// The sample catalogue: believable products, the same on every machine.
///
/// A smaller catalogue is the beginning of a larger one, so a shop can be seeded again with more products.
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
