package import Domain
import Postgres

/// By what staff narrow the list of stock down. What is `nil` narrows nothing.
package struct StockFilter: Hashable, Sendable {
    /// Words that the product's name, description or SKU hold, as in the list of products.
    package var search: String?
    /// One unit.
    package var sku: SKU?
    /// Whether it is low.
    package var isLow: Bool?

    /// Every unit.
    package init(search: String? = nil, sku: SKU? = nil, isLow: Bool? = nil) {
        self.search = search
        self.sku = sku
        self.isLow = isLow
    }
}

/// The statement behind the list of stock for staff, by SKU.
struct StockListing: Sendable {
    private let filter: StockFilter
    private let limit: Int
    private let list: ListCursor.List
    private let after: SKU?
    private let settings: ShopSettings

    /// Throws `StorageError.invalidCursor`.
    init(_ filter: StockFilter, _ page: PageRequest, _ settings: ShopSettings) throws {
        self.filter = filter
        self.settings = settings
        limit = page.limit
        list = ListCursor.List("stock", [filter.search, filter.sku?.rawValue, filter.isLow?.description])
        guard let values = try page.values(of: list) else {
            after = nil
            return
        }
        guard case .text(let text)? = values.first, values.count == 1, let sku = SKU(rawValue: text) else {
            throw StorageError.invalidCursor
        }
        after = sku
    }

    /// One row more than asked for says that there is a next part.
    ///
    /// - Parameter match: what the search comes to; nil where nothing is searched.
    func statement(matching match: String?) -> SQL {
        var conditions: [SQL] = []
        if let after { conditions.append("s.sku > \(after)::text") }
        if let sku = filter.sku { conditions.append("s.sku = \(sku)::text") }
        if let isLow = filter.isLow {
            let low = StockLevelRow.isLow(settings)
            conditions.append(isLow ? low : "NOT \(low)")
        }
        if let match {
            // Asked by itself and not while the list is walked through, which for a rare word would be all of it.
            conditions.append("p.id IN (SELECT id FROM products WHERE search @@ \(match)::tsquery OFFSET 0)")
        }
        return """
            SELECT \(raw: StockLevelRow.columns) FROM \(raw: StockLevelRow.tables)
             WHERE \(conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND "))
             ORDER BY s.sku LIMIT \(limit + 1)
            """
    }

    /// The part of the list that the rows of the statement are.
    func page(of levels: [StockLevel]) -> Page<StockLevel> {
        Page(levels, limit: limit, of: list) { [.text($0.stock.sku.rawValue)] }
    }
}

extension StockStore {
    /// A part of the list of stock, by SKU. Throws `StorageError.invalidCursor`.
    package func list(_ filter: StockFilter = StockFilter(), page: PageRequest = PageRequest()) async throws
        -> Page<StockLevel>
    {
        let listing = try StockListing(filter, page, settings)
        var match: String?
        if let search = filter.search {
            match = try await database.query(ProductListing.match(search)).first?["query"]
            // There is no word in it.
            if match == nil { return Page(items: [], nextCursor: nil) }
        }
        return listing.page(
            of: try await database.query(listing.statement(matching: match)).map {
                try StockLevelRow.level($0, settings)
            })
    }
}
