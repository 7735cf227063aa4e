import Domain
import Postgres

/// Reads the current cart of an owner with today's prices.
enum CartReading {
    /// The owner's cart, `nil` when there is none.
    static func cart(of owner: CartOwner, _ currency: Currency, _ settings: ShopSettings) -> QueryGroup<Cart?> {
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
        return QueryGroup(
            Query.firstRow(cart) { (id: try $0["id"] as Cart.ID, status: try $0["status"] as CartStatus) },
            Query.rows(items) { $0 },
            PriceBook.reading(currency, settings)
        ) { cart, items, book in
            try cart.map { try Cart(id: $0.id, status: $0.status, items: items, book) }
        }
    }
}

extension Cart {
    fileprivate init(id: Cart.ID, status: CartStatus, items rows: [PostgresRow], _ book: PriceBook) throws {
        do {
            let items = try rows.map { row in
                let base = Money(try row["base_amount"], try row["base_currency"])
                let quantity: Quantity = try row["quantity"]
                return CartItem(
                    productID: try row["product_id"], sku: try row["sku"], name: try row["name"], quantity: quantity,
                    price: try book.line(of: quantity, base: base, setByHand: try row["price"]).price,
                    available: try row["available"] ?? 0)
            }
            self.init(
                id: id, status: status, items: items,
                subtotal: try Money.sum(items.map(\.total), in: book.currency))
        } catch is MoneyError {
            throw StorageError.amountTooLarge
        }
    }
}

/// Finds the one cart of an owner that can be edited, and locks it.
enum CartLock {
    /// The owner's cart, made when there is none. Throws `StorageError.cartLocked` while an order is being paid from
    /// it.
    static func acquire(_ owner: CartOwner, in transaction: PostgresTransaction) throws -> Cart.ID {
        // The request that loses the race to make the cart waits for the winner here, and then finds the winner's cart.
        let (_, found) = try transaction.pipeline(insertion(owner), Query.firstRow(locking(owner)) { $0 })
        guard let row = found else { throw StorageError.notFound("cart") }
        guard try row["status"] as CartStatus == .open else { throw StorageError.cartLocked }
        return try row["id"]
    }

    private static func insertion(_ owner: CartOwner) -> SQL {
        """
        INSERT INTO carts (id, \(raw: owner.column)) SELECT \(Cart.ID())::uuid, \(owner)::\(raw: owner.columnType)
         WHERE NOT EXISTS (SELECT FROM carts
             WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting'))
        ON CONFLICT DO NOTHING
        """
    }

    /// Locks the owner's current cart without making one.
    static func locking(_ owner: CartOwner) -> SQL {
        """
        SELECT id, status FROM carts
         WHERE \(raw: owner.column) = \(owner) AND NOT is_express AND status IN ('open', 'converting')
           FOR NO KEY UPDATE
        """
    }
}
