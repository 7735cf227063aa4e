import Domain
import Postgres

/// The statement behind the list of products: filters, order and place to begin.
enum ProductListing {
    /// One row more than asked for says that there is a next part. The cursor is the id of the last product of the part before; its place in the order
    /// is looked up, so a cursor of a product that has been renamed or repriced still leads somewhere sensible.
    static func statement(_ query: ProductQuery, _ currency: Currency) -> SQL {
        let order = order(query.sort)
        let after = query.page.cursor.flatMap { Product.ID($0) }
        return """
            \(raw: ProductRow.selection)
              LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
             WHERE p.is_active
               AND (\(query.category)::text IS NULL OR p.category_slug = \(query.category))
               AND (NOT \(query.inStock)::boolean OR s.on_hand > s.reserved)
               AND (\(query.search)::text IS NULL OR p.search @@ product_query(\(query.search)))
               AND (\(after)::uuid IS NULL
                    OR (\(raw: order.key)) \(raw: order.comparison) (SELECT \(raw: order.key) FROM products AS p WHERE p.id = \(after)))
             ORDER BY \(raw: order.clause)
             LIMIT \(query.page.limit + 1)
            """
    }

    private static func order(_ sort: ProductQuery.Sort) -> (key: String, comparison: String, clause: String) {
        switch sort {
        case .newest: ("p.id", "<", "p.id DESC")
        case .name: ("p.name, p.id", ">", "p.name, p.id")
        case .priceAscending: ("p.base_amount, p.id", ">", "p.base_amount, p.id")
        case .priceDescending: ("p.base_amount, p.id", "<", "p.base_amount DESC, p.id DESC")
        }
    }
}
