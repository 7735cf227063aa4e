import Domain
import FoundationEssentials
import Postgres
import Storage
import Testing

@Suite("The catalogue shows what can be bought")
struct CatalogTests {
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
        #expect(try await shop.catalog.insertSeed(seeds) == 5)
        #expect(try await shop.catalog.insertSeed(seeds) == 0)
        return seeds.map(\.product)
    }

    @Test("every order of the list pages through all of it, once", arguments: ProductQuery.Sort.allCases)
    func paging(_ sort: ProductQuery.Sort) async throws {
        try await Shop.with { shop in
            let products = try await Self.fill(shop)
            var seen: [ProductView] = []
            var cursor: String?
            repeat {
                let page = try await shop.catalog.products(
                    ProductQuery(sort: sort, page: PageRequest(limit: 2, cursor: cursor)))
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
        "what happens to the product at the edge of a part loses nothing else of the list",
        arguments: ProductQuery.Sort.allCases,
        [
            "UPDATE products SET base_amount = 1 WHERE id = ", "UPDATE products SET base_amount = 99999 WHERE id = ",
            "UPDATE products SET name = 'Aaa' WHERE id = ", "UPDATE products SET name = 'Zzz' WHERE id = ",
            "UPDATE products SET is_active = false WHERE id = ",
        ])
    func edges(_ sort: ProductQuery.Sort, _ change: String) async throws {
        try await Shop.with { shop in
            _ = try await Self.fill(shop)
            let all = try await shop.catalog.products(ProductQuery(sort: sort)).items.map(\.product.id)
            let first = try await shop.catalog.products(ProductQuery(sort: sort, page: PageRequest(limit: 2)))
            let edge = try #require(first.items.last?.product.id)
            try await shop.database.execute("\(raw: change)\(edge)")
            var seen = first.items.map(\.product.id)
            var cursor = first.nextCursor
            while cursor != nil {
                let page = try await shop.catalog.products(
                    ProductQuery(sort: sort, page: PageRequest(limit: 2, cursor: cursor)))
                seen += page.items.map(\.product.id)
                cursor = page.nextCursor
            }
            // The one that moved may be met again at its new place.
            #expect(seen.filter { $0 != edge } == all.filter { $0 != edge })
        }
    }

    @Test("a cursor of another list, order or condition is refused, and so is what is none")
    func foreignCursors() async throws {
        try await Shop.with { shop in
            _ = try await Self.fill(shop)
            let page = PageRequest(limit: 1)
            let cursor = try #require(
                try await shop.catalog.products(ProductQuery(search: "pa", sort: .name, page: page)).nextCursor)
            let next = PageRequest(limit: 1, cursor: cursor)
            #expect(
                try await shop.catalog.products(ProductQuery(search: "pa", sort: .name, page: next)).items.count == 1)
            for query in [
                ProductQuery(sort: .name, page: next), ProductQuery(search: "pa", page: next),
                ProductQuery(search: "pa", category: "paper", sort: .name, page: next),
                ProductQuery(search: "pa", sort: .name, inStock: true, page: next),
                ProductQuery(search: "pa", sort: .priceAscending, page: next),
                ProductQuery(page: PageRequest(cursor: "garbage")), ProductQuery(page: PageRequest(cursor: "")),
                ProductQuery(page: PageRequest(cursor: Product.ID().description)),
                ProductQuery(page: PageRequest(cursor: String(repeating: "A", count: 100_000))),
            ] {
                await #expect(throws: StorageError.invalidCursor) { try await shop.catalog.products(query) }
            }
            await #expect(throws: StorageError.invalidCursor) { try await shop.orders.orders(for: .staff, page: next) }
            await #expect(throws: StorageError.invalidCursor) { try await shop.disputes.disputes(page: next) }
        }
    }

    /// A product of a name, with one piece of it.
    private static func add(_ name: String, _ sku: String, to shop: Shop, description: String = "") async throws
        -> Product
    {
        let product = Product(
            sku: try SKU(sku), name: name, description: description, category: nil, basePrice: Money(1, .usd),
            isActive: true)
        #expect(try await shop.catalog.insertSeed([ProductSeed(product: product, stock: 1)]) == 1)
        return product
    }

    private static let wordCases: [(String, [String])] = [
        ("Black/White film", ["white", "black", "black white", "blackwhite", "BLACK/WHITE", "film white"]),
        ("Zoom 24-70mm", ["70mm", "24", "24-70mm", "2470mm", "70"]),
        ("Wi-Fi_router (v2.1)", ["wifi", "fi", "router", "v2", "v2.1"]),
        ("Tom&Jerry", ["jerry"]), ("USB‑C—Kabel", ["kabel", "usb", "usbc"]), ("A.B.C", ["b"]),
        ("50%Wolle", ["wolle", "50"]),
        ("C++ book", ["book", "c++"]), ("Crème brûlée", ["creme brulee", "crème", "BRÛLÉE", "cre\u{300}me"]),
        ("Creme", ["crème"]),
        ("Größe", ["grosse", "größe"]), ("Œuvre", ["oeuvre"]), ("Smørrebrød", ["smorrebrod"]),
        ("ŁÓDŹ", ["lodz", "łódź"]),
        ("Ὀδύσσεια", ["οδυσσεια"]), ("İzmir", ["izmir"]), ("ﬁne ｗｉｄｅ", ["fine wide"]),
        ("Война и мир", ["ВОЙНА", "мир"]),
        ("万年筆", ["万年", "万年筆"]), ("한글", ["한글"]),
        (
            "Fountain",
            [
                "fuontain", "fontain", "fountaain", "founpain", "ountain", "fountaim", "fountainx", "fountian",
                "xountain",
            ]
        ),
        ("Crème", ["crmee", "créme"]), ("Tinte", ["timte"]), ("Fountain pen", ["fuontain pen", "pen fountan"]),
        ("Notebook", ["SKU-7", "sku7", "sku 7", "noteboko"]),
    ]

    @Test("a name is found by each of its words, without its accents, and in spite of a slip", arguments: wordCases)
    func words(_ name: String, _ searches: [String]) async throws {
        try await Shop.with { shop in
            let product = try await Self.add(name, "SKU-7", to: shop)
            _ = try await Self.add("Unlike", "X", to: shop)
            for search in searches {
                let found = try await shop.catalog.products(ProductQuery(search: search)).items.map(\.product.id)
                #expect(found == [product.id], "\(search)")
            }
        }
    }

    @Test(
        "what is another word is not found, and a slip is looked for only where nothing fits",
        arguments: [
            ("70mm", "50mm", 0), ("pen", "pan", 0), ("fountain", "mountains", 0), ("Brush", "crash", 0),
            ("Pens", "pans", 1),
            ("Fountain", "fountain xylophone", 0),
        ])
    func others(_ name: String, _ search: String, _ count: Int) async throws {
        try await Shop.with { shop in
            _ = try await Self.add(name, "A", to: shop)
            #expect(try await shop.catalog.products(ProductQuery(search: search)).items.count == count)
            _ = try await Self.add(search, "B", to: shop)
            #expect(
                try await shop.catalog.products(ProductQuery(search: search)).items.map(\.product.name) == [search])
        }
    }

    @Test("a long or odd text is kept and searched without a fault, by the index")
    func oddSearches() async throws {
        try await Shop.with { shop in
            let long = String(repeating: "x", count: 200)
            _ = try await Self.add(long, "A", to: shop, description: String(repeating: "y", count: 10_000))
            for search in [
                "'", "\\", "'x'", "a:b", "!(a|b)", "%_", "~", "\u{301}", "\u{202E}", "😀",
                String(repeating: "word ", count: 40),
                String(repeating: "a-", count: 100), "a\u{0300}\u{0301}\u{0302}", "\u{FFFD}", "<->", "*:*",
            ] {
                _ = try await shop.catalog.products(ProductQuery(search: search))
            }
            #expect(try await shop.catalog.products(ProductQuery(search: long)).items.count == 1)
            let plan = try await shop.database.transaction { transaction in
                _ = try transaction.execute("SET LOCAL enable_seqscan = off")
                let rows = try transaction.query(
                    "EXPLAIN SELECT id FROM products AS p WHERE p.search @@ (SELECT product_match('fuontain pen'))")
                return try rows.map { try $0[0] as String }.joined(separator: "\n")
            }
            #expect(plan.contains("products_search"), "\(plan)")
        }
    }

    @Test(
        "search finds words and their beginnings, and takes any text",
        arguments: [
            ("pen", 2), ("pap", 2), ("ruled paper", 1), ("writing", 5), ("nothing", 0), ("'; DROP", 0), ("paper's", 1),
            ("& | ! :*", 0),
            ("", 0),
        ])
    func search(_ words: String, _ expected: Int) async throws {
        try await Shop.with { shop in
            _ = try await Self.fill(shop)
            #expect(try await shop.catalog.products(ProductQuery(search: words)).items.count == expected)
        }
    }

    @Test("filters find what they say, and hidden products never")
    func filters() async throws {
        try await Shop.with { shop in
            let products = try await Self.fill(shop)
            #expect(try await shop.catalog.products(ProductQuery(category: "pens")).items.count == 2)
            #expect(try await shop.catalog.products(ProductQuery(inStock: true)).items.count == 4)
            #expect(
                try await shop.catalog.categories() == [
                    Category(slug: "paper", name: "Paper"), Category(slug: "pens", name: "Pens"),
                ])
            #expect(try await shop.catalog.product(products[3].id)?.available == 3)
            try await shop.database.execute("UPDATE products SET is_active = false WHERE id = \(products[3].id)")
            #expect(try await shop.catalog.product(products[3].id) == nil)
            #expect(try await shop.catalog.products(ProductQuery()).items.count == 4)
            await #expect(throws: StorageError.currencyUnavailable(.eur)) {
                try await shop.catalog.product(products[0].id, in: .eur)
            }
        }
    }
}
