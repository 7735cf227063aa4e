package import Domain
import Postgres

/// What a list of products is asked for.
package struct ProductQuery: Hashable, Sendable {
    /// How the list is ordered.
    package enum Sort: String, Hashable, Sendable, CaseIterable {
        /// Latest first.
        case newest
        /// By name.
        case name
        /// Cheapest first, by base price.
        case priceAscending = "price"
        /// Dearest first, by base price.
        case priceDescending = "-price"
    }

    /// Words that name, description or SKU hold, whole or as their beginnings. Where nothing holds them, names in which
    /// one letter differs.
    package var search: String?
    /// Slug of a category.
    package var category: String?
    package var sort: Sort
    /// The currency prices are shown in; the shop's when `nil`.
    package var currency: Currency?
    /// Only what can be bought now.
    package var inStock: Bool
    /// Which part of the list.
    package var page: PageRequest

    /// Everything, newest first.
    package init(
        search: String? = nil, category: String? = nil, sort: Sort = .newest, currency: Currency? = nil,
        inStock: Bool = false,
        page: PageRequest = PageRequest()
    ) {
        self.search = search
        self.category = category
        self.sort = sort
        self.currency = currency
        self.inStock = inStock
        self.page = page
    }
}

/// The statement behind the list of products: filters, order and place to begin.
struct ProductListing: Sendable {
    let query: ProductQuery
    let currency: Currency
    /// What a cursor belongs to. Prices are shown in some currency, but the order of the list is that of the base
    /// prices.
    private let list: ListCursor.List
    private let place: Place?

    /// Where the part before ended: by the values at that time, so that the list goes on at the same place when its
    /// last product is renamed, repriced or taken out of it meanwhile.
    private enum Place {
        case newest(Product.ID)
        case name(String, Product.ID)
        case price(Int64, Product.ID)
    }

    /// Throws `StorageError.invalidCursor`.
    init(_ query: ProductQuery, _ currency: Currency) throws {
        self.query = query
        self.currency = currency
        list = ListCursor.List(
            "products:\(query.sort.rawValue)", [query.search, query.category, query.inStock ? "in_stock" : nil])
        place = try query.page.values(of: list).map { try Self.place($0, query.sort) }
    }

    /// What the words of a search come to: a query of the index on names, descriptions and SKUs. Null when there is no
    /// word among them.
    static func match(_ search: String) -> SQL { "SELECT product_match(\(search)::text)::text AS query" }

    /// One row more than asked for says that there is a next part.
    ///
    /// - Parameter match: what the search comes to; nil where nothing is searched.
    func statement(matching match: String?) -> SQL {
        let all = match.map { conditions + [Self.matches($0)] } ?? conditions
        return """
            \(raw: ProductRow.selection)
              LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
             WHERE \(SQL.joined(all, separator: " AND "))
             ORDER BY \(raw: order)
             LIMIT \(query.page.limit + 1)
            """
    }

    /// The part of the list that the rows of the statement are.
    func page(of products: [ProductView]) -> Page<ProductView> {
        Page(products, limit: query.page.limit, of: list) { view in
            let product = view.product
            let id = ListCursor.Value.text(product.id.description)
            return switch query.sort {
            case .newest: [id]
            case .name: [.text(product.name), id]
            case .priceAscending, .priceDescending: [.number(product.basePrice.amount), id]
            }
        }
    }

    /// Asked by itself and not while the list is walked through, which for a rare word would be all of it.
    private static func matches(_ match: String) -> SQL {
        "p.id IN (SELECT id FROM products WHERE search @@ \(match)::tsquery OFFSET 0)"
    }

    private var conditions: [SQL] {
        var conditions: [SQL] = ["p.is_active"]
        if let category = query.category { conditions.append("p.category_slug = \(category)") }
        if query.inStock { conditions.append("s.on_hand > s.reserved") }
        switch place {
        case nil: break
        case .newest(let id): conditions.append("p.id < \(id)::uuid")
        case .name(let name, let id): conditions.append("(p.name, p.id) > (\(name)::text, \(id)::uuid)")
        case .price(let amount, let id):
            conditions.append(
                """
                (p.base_amount, p.id) \(raw: query.sort == .priceAscending ? ">" : "<")
                    (\(amount)::bigint, \(id)::uuid)
                """
            )
        }
        return conditions
    }

    private var order: String {
        switch query.sort {
        case .newest: "p.id DESC"
        case .name: "p.name, p.id"
        case .priceAscending: "p.base_amount, p.id"
        case .priceDescending: "p.base_amount DESC, p.id DESC"
        }
    }

    private static func place(_ values: [ListCursor.Value], _ sort: ProductQuery.Sort) throws -> Place {
        guard case .text(let text)? = values.last, let id = Product.ID(text) else { throw StorageError.invalidCursor }
        switch (sort, values.count, values[0]) {
        case (.newest, 1, _): return .newest(id)
        case (.name, 2, .text(let name)): return .name(name, id)
        case (.priceAscending, 2, .number(let amount)), (.priceDescending, 2, .number(let amount)):
            return .price(amount, id)
        default: throw StorageError.invalidCursor
        }
    }
}
