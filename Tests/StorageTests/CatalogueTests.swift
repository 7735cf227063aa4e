import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("The catalogue shows what can be bought")
struct CatalogueTests {
    private static func fill(_ shop: Shop) async throws -> [Product] {
        var seeds: [ProductSeed] = []
        for (index, name) in ["Fountain pen", "Ballpoint pen", "Blue ink", "Paper, ruled", "Paper's end"].enumerated() {
            let slug = name.hasSuffix("pen") ? "pens" : "paper"
            let product = Product(
                sku: try SKU("P-\(index)"), name: name, description: "For writing",
                category: Domain.Category(slug: slug, name: slug.capitalized),
                basePrice: Money(Int64(500 - index / 2 * 100), .usd), isActive: true)
            seeds.append(ProductSeed(product: product, stock: index))
        }
        #expect(try await shop.catalogue.insertSeed(seeds) == 5)
        #expect(try await shop.catalogue.insertSeed(seeds) == 0)
        return seeds.map(\.product)
    }

    @Test("every order of the list pages through all of it, once", arguments: ProductQuery.Sort.allCases)
    func paging(_ sort: ProductQuery.Sort) async throws {
        try await Shop.with { shop in
            let products = try await Self.fill(shop)
            var seen: [ProductView] = []
            var cursor: String?
            repeat {
                let page = try await shop.catalogue.products(ProductQuery(sort: sort, page: PageRequest(limit: 2, cursor: cursor)))
                seen += page.items
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.count == 5)
            #expect(Set(seen.map(\.product.id)) == Set(products.map(\.id)))
            switch sort {
            case .newest: #expect(seen.map(\.product.id) == products.map(\.id).sorted().reversed())
            case .name: #expect(seen.map(\.product.name).first == "Ballpoint pen")
            case .priceAscending: #expect(seen.map(\.price.amount) == seen.map(\.price.amount).sorted())
            case .priceDescending: #expect(seen.map(\.price.amount) == seen.map(\.price.amount).sorted(by: >))
            }
        }
    }

    @Test(
        "search finds words and their beginnings, and takes any text",
        arguments: [
            ("pen", 2), ("pap", 2), ("ruled paper", 1), ("writing", 5), ("nothing", 0), ("'; DROP", 0), ("paper's", 1), ("& | ! :*", 0),
            ("", 0),
        ])
    func search(_ words: String, _ expected: Int) async throws {
        try await Shop.with { shop in
            _ = try await Self.fill(shop)
            #expect(try await shop.catalogue.products(ProductQuery(search: words)).items.count == expected)
        }
    }

    @Test("filters")
    func filters() async throws {
        try await Shop.with { shop in
            let products = try await Self.fill(shop)
            #expect(try await shop.catalogue.products(ProductQuery(category: "pens")).items.count == 2)
            #expect(try await shop.catalogue.products(ProductQuery(inStock: true)).items.count == 4)
            #expect(
                try await shop.catalogue.categories() == [Category(slug: "paper", name: "Paper"), Category(slug: "pens", name: "Pens")])
            #expect(try await shop.catalogue.product(products[3].id)?.available == 3)
            try await shop.database.execute("UPDATE products SET is_active = false WHERE id = \(products[3].id)")
            #expect(try await shop.catalogue.product(products[3].id) == nil)
            #expect(try await shop.catalogue.products(ProductQuery()).items.count == 4)
            await #expect(throws: StorageError.currencyUnavailable(.eur)) { try await shop.catalogue.product(products[0].id, in: .eur) }
        }
    }
}
