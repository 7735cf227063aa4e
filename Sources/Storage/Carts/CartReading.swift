import Domain
import Postgres

/// Reads the current cart of an owner with today's prices.
enum CartReading {
    /// The owner's cart, `nil` when there is none.
    static func cart(of owner: CartOwner, _ currency: Currency, _ settings: ShopSettings) -> QueryGroup<Cart?> {
        let cart: SQL = """
            SELECT id, status, discount_code FROM carts
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
            Query.firstRow(cart) { try Head($0) }, Query.rows(items) { $0 },
            DiscountReading.offers(
                code: DiscountReading.code(inCartOf: owner), to: DiscountCustomer(owner), cartOwner: owner),
            PriceBook.reading(currency, settings)
        ) { cart, items, offers, book in
            try cart.map { try Cart($0, items: items, offers, book) }
        }
    }

    /// The cart's own row.
    fileprivate struct Head: Sendable {
        let id: Cart.ID
        let status: CartStatus
        let code: DiscountCode?

        init(_ row: PostgresRow) throws {
            id = try row["id"]
            status = try row["status"]
            code = try row["discount_code"]
        }
    }
}

extension Cart {
    fileprivate init(_ head: CartReading.Head, items rows: [PostgresRow], _ offers: [ReadOffer], _ book: PriceBook)
        throws
    {
        do {
            let items = try rows.map { row in
                let base = Money(try row["base_amount"], try row["base_currency"])
                let quantity: Quantity = try row["quantity"]
                return CartItem(
                    productID: try row["product_id"], sku: try row["sku"], name: try row["name"], quantity: quantity,
                    price: try book.line(of: quantity, base: base, setByHand: try row["price"]).price,
                    available: try row["available"] ?? 0)
            }
            let offers = try offers.compactMap { try $0.offer(book) }
            let subtotal = try Money.sum(items.map(\.total), in: book.currency)
            let discounting = try Discounting(of: items.map(\.total), offers, in: book.currency)
            let code = head.code.map { code in
                let offer = offers.first { $0.discount.code == code }
                return Code(code, refusal: offer.map { $0.refusal(for: subtotal) } ?? .unknown)
            }
            self.init(
                id: head.id, status: head.status, items: items, subtotal: subtotal, discount: discounting.total,
                discounts: discounting.applied, code: code)
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
