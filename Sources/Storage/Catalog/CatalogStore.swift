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

/// A product as a customer sees it: priced in a currency, with what is left of it.
package struct ProductView: Hashable, Codable, Sendable {
    package let product: Product
    /// Its price in the currency asked for.
    package let price: Money
    /// How many pieces can be promised now.
    package let available: Int

    package init(product: Product, price: Money, available: Int) {
        self.product = product
        self.price = price
        self.available = available
    }

    /// Whether at least one piece can be bought.
    package var isInStock: Bool { available > 0 }
}

/// Products with their category, hand-set price and stock, one row each.
enum ProductRow {
    /// Everything but the prices in a currency, to be joined as `pp`, and the condition; `p` is the product, `s` its
    /// stock.
    static let selection = """
        SELECT p.id, p.sku, p.name, p.description, p.base_amount, p.base_currency, p.is_active,
            c.slug AS category_slug, c.name AS category_name,
               pp.amount AS price, coalesce(s.on_hand - s.reserved, 0) AS available
          FROM products AS p
          LEFT JOIN categories AS c ON c.slug = p.category_slug
          LEFT JOIN stock AS s ON s.sku = p.sku
        """

    /// Reads a row of the selection.
    static func view(_ row: PostgresRow, _ book: PriceBook) throws -> ProductView {
        let slug: String? = try row["category_slug"]
        let product = Product(
            id: try row["id"], sku: try row["sku"], name: try row["name"], description: try row["description"],
            category: try slug.map { Category(slug: $0, name: try row["category_name"]) },
            basePrice: Money(try row["base_amount"], try row["base_currency"]), isActive: try row["is_active"])
        return ProductView(
            product: product, price: try book.price(base: product.basePrice, setByHand: try row["price"]),
            available: try row["available"])
    }
}
