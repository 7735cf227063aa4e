import Domain
import Postgres

/// Reads the current cart of an owner with today's prices.
enum CartReading {
    /// Statements for one round trip; see `cart(_:_:_:)`.
    static func statements(_ owner: CartOwner, _ currency: Currency, _ settings: ShopSettings) -> [SQL] {
        let cart: SQL = """
            SELECT id, status FROM carts
             WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting')
            """
        let items: SQL = """
            SELECT i.product_id, i.quantity, p.sku, p.name, p.base_amount, p.base_currency, pp.amount AS price,
                   CASE WHEN p.is_active THEN greatest(s.on_hand - s.reserved, 0) ELSE 0 END AS available
              FROM carts AS c
              JOIN cart_items AS i ON i.cart_id = c.id
              JOIN products AS p ON p.id = i.product_id
              LEFT JOIN stock AS s ON s.sku = p.sku
              LEFT JOIN product_prices AS pp ON pp.product_id = p.id AND pp.currency = \(currency)
             WHERE c.\(raw: owner.column) = \(owner) AND NOT c.is_express AND c.status IN ('open', 'converting')
             ORDER BY i.added_at, i.product_id
            """
        return [cart, items] + (PriceBook.rates(to: currency, settings).map { [$0] } ?? [])
    }

    /// The cart from the results of the statements, `nil` when the owner has none.
    static func cart(_ results: [PostgresResult], _ currency: Currency, _ settings: ShopSettings) throws -> Cart? {
        guard let cart = results[0].rows.first else { return nil }
        let book = try PriceBook(currency, settings, rows: results.count > 2 ? results[2].rows : [])
        do {
            let items = try results[1].rows.map { row in
                let base = Money(try row["base_amount"], try row["base_currency"])
                let quantity: Quantity = try row["quantity"]
                return CartItem(
                    productID: try row["product_id"], sku: try row["sku"], name: try row["name"], quantity: quantity,
                    price: try book.line(of: quantity, base: base, setByHand: try row["price"]).price,
                    available: try row["available"] ?? 0)
            }
            return Cart(
                id: try cart["id"], status: try cart["status"], items: items,
                subtotal: try Money.sum(items.map(\.total), in: currency))
        } catch is MoneyError {
            throw StorageError.amountTooLarge
        }
    }
}
