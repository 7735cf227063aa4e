package import Domain
package import Postgres

/// Products, their prices and categories.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct CatalogStore: Sendable {
    let database: PostgresPool
    let settings: ShopSettings

    package init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// A part of the list of products. Throws `StorageError.currencyUnavailable`, `.invalidCursor`.
    package func products(_ query: ProductQuery) async throws -> Page<ProductView> {
        let currency = query.currency ?? settings.currency
        let listing = try ProductListing(query, currency)
        let book = try await priceBook(currency)
        var match: String?
        if let search = query.search {
            match = try await database.query(ProductListing.match(search)).first?["query"]
            if match == nil { return Page(items: [], nextCursor: nil) }
        }
        return listing.page(
            of: try await database.query(listing.statement(matching: match)).map { try ProductRow.view($0, book) })
    }

    /// One product that is for sale, `nil` when there is none. Throws `StorageError.currencyUnavailable`.
    package func product(_ id: Product.ID, in currency: Currency? = nil) async throws -> ProductView? {
        let currency = currency ?? settings.currency
        let book = try await priceBook(currency)
        let rows = try await database.query(
            """
            \(raw: ProductRow.selection)
              LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
             WHERE p.id = \(id) AND p.is_active
            """)
        return try rows.first.map { try ProductRow.view($0, book) }
    }

    /// All categories, by name.
    package func categories() async throws -> [Category] {
        try await database.query("SELECT slug, name FROM categories ORDER BY name, slug").map {
            Category(slug: try $0["slug"], name: try $0["name"])
        }
    }

    private func priceBook(_ currency: Currency) async throws -> PriceBook {
        try await database.run(PriceBook.reading(currency, settings))
    }
}
