import Domain
import Storage
import Testing

@testable import CLI

@Suite("The sample catalogue is believable and the same everywhere")
struct SampleCatalogTests {
    private let products = SampleCatalog(count: 1200).products

    @Test("the catalog holds as many products as asked for")
    func holdsAsManyProductsAsAskedFor() {
        #expect(products.count == 1200)
        #expect(SampleCatalog(count: 7).products.count == 7)
        #expect(SampleCatalog(count: 0).products.isEmpty)
        #expect(SampleCatalog.capacity >= 1200)
        #expect(SampleCatalog(count: SampleCatalog.capacity).products.count == SampleCatalog.capacity)
    }

    @Test("no two products share a name")
    func namesNothingTwice() {
        let all = SampleCatalog(count: SampleCatalog.capacity).products
        #expect(Set(all.map(\.product.sku)).count == all.count)
        #expect(Set(all.map(\.product.name)).count == all.count)
        #expect(Set(all.map(\.product.id)).count == all.count)
    }

    @Test("the catalog is the same each time")
    func comesOutTheSameEachTime() throws {
        #expect(SampleCatalog(count: 1200).products == products)
        // Written down once: a change of the words or of the generator shows here, and sells other things to shops
        // seeded before.
        let first = try #require(products.first)
        #expect(first.product.id.description == "01941f29-7c00-7000-89f1-fd9d03f0a9b4")
        #expect(first.product.name == "Calder Copper Frying Pan")
    }

    @Test("a catalog begins like a larger one")
    func beginsLikeALargerOne() {
        #expect(Array(SampleCatalog(count: 1500).products.prefix(1200)) == products)
    }

    @Test("prices lie just below round numbers")
    func setsPricesJustBelowRoundNumbers() throws {
        for seed in products {
            #expect(seed.product.basePrice.currency == .usd)
            #expect(seed.product.basePrice.amount % 100 == 99)
            #expect(seed.prices.map(\.currency) == [.eur, .gbp, .jpy])
            for price in seed.prices.prefix(2) { #expect(price.amount > 0 && price.amount % 100 == 99) }
            let yen = try #require(seed.prices.last)
            #expect(yen.amount > 0 && yen.amount % 10 == 0)
        }
    }

    @Test("prices follow the dollar")
    func pricesFollowTheDollar() {
        #expect(SamplePrices(dollars: 20).base == Money(1999, .usd))
        #expect(SamplePrices(dollars: 20).others == [Money(1899, .eur), Money(1599, .gbp), Money(2980, .jpy)])
        #expect(SamplePrices(dollars: 1).others == [Money(99, .eur), Money(99, .gbp), Money(80, .jpy)])
    }

    @Test("some products are sold out")
    func keepsSomeThingsSoldOut() {
        let stock = products.map(\.stock)
        #expect(stock.allSatisfy { (0...500).contains($0) })
        #expect((20...100).contains(stock.count { $0 == 0 }))
        #expect(stock.contains { $0 > 450 })
    }

    @Test("every category has products")
    func fillsEveryShelf() {
        let counts = Dictionary(grouping: products, by: \.product.category).mapValues(\.count)
        #expect(counts.count == Shelf.all.count)
        #expect(counts.values.allSatisfy { $0 >= 60 })
    }

    @Test("every product is described in sentences")
    func describesEveryProductInSentences() {
        for seed in products {
            let description = seed.product.description
            #expect((2...6).contains(description.count { $0 == "." }))
            #expect(description.hasSuffix("."))
            #expect(!description.contains("*"))
            #expect(seed.product.name.count <= 200)
        }
    }

    @Test("every material is explained", arguments: Shelf.all.map(\.code))
    func explainsEveryMaterialOnTheShelf(code: String) throws {
        let shelf = try #require(Shelf.all.first { $0.code == code })
        for material in shelf.kinds.flatMap(\.materials) { #expect(shelf.materials[material] != nil, "\(material)") }
        #expect(Set(shelf.kinds.flatMap(\.materials)) == Set(shelf.materials.keys))
    }
}
