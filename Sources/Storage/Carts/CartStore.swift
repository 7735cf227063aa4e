package import Domain
package import Postgres

/// Carts of users and guests. A cart comes to be with its first item; there is at most one to an owner at a time.
///
/// All changes throw `StorageError.cartLocked` while an order is being paid from the cart, and answer the cart as it is
/// afterwards.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct CartStore: Sendable {
    /// The most different products in one cart.
    package static let maximumItems = 100

    let database: PostgresPool
    let settings: ShopSettings

    package init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// The owner's cart, `nil` before the first item. Throws `StorageError.currencyUnavailable`.
    package func cart(of owner: CartOwner, in currency: Currency? = nil) async throws -> Cart? {
        let currency = currency ?? settings.currency
        return try await database.run(CartReading.cart(of: owner, currency, settings))
    }

    /// A request that may be repeated: under its key it takes effect once.
    package struct Key: Hashable, Sendable {
        /// The client's, 1 to 255 characters.
        package let value: String
        /// SHA-256 of the request: the same key with another fingerprint is refused.
        package let fingerprint: [UInt8]

        package init(_ value: String, fingerprint: [UInt8]) {
            self.value = value
            self.fingerprint = fingerprint
        }
    }

    /// Puts pieces of a product into the cart, capped at 999 of one. Throws `StorageError.unknownProduct`, `.cartFull`.
    package func add(_ quantity: Quantity, of product: Product.ID, for owner: CartOwner, in currency: Currency? = nil)
        async throws -> Cart
    {
        try await change(owner, currency) { try Self.add(quantity, of: product, to: $1, in: $0) }
    }

    /// The same once per key, for 72 hours. A repeated request answers the cart as it is now. Throws
    /// `StorageError.idempotencyKeyReused` as well.
    package func add(
        _ quantity: Quantity, of product: Product.ID, for owner: CartOwner, in currency: Currency? = nil, once key: Key
    ) async throws -> (cart: Cart, isReplay: Bool) {
        let scope = owner.cartScope
        return try await changeAndTell(owner, currency) { transaction, cart in
            let (isNew, stored) = try transaction.pipeline(
                Query.any(
                    """
                    INSERT INTO idempotency_keys (scope, key, fingerprint)
                    VALUES (\(scope), \(key.value), \(key.fingerprint))
                    ON CONFLICT DO NOTHING
                    """),
                Query.firstRow("SELECT fingerprint FROM idempotency_keys WHERE scope = \(scope) AND key = \(key.value)")
                {
                    try $0["fingerprint"] as [UInt8]
                })
            if isNew {
                try Self.add(quantity, of: product, to: cart, in: transaction)
                return false
            }
            guard stored == key.fingerprint else { throw StorageError.idempotencyKeyReused }
            return true
        }
    }

    private static func add(
        _ quantity: Quantity, of product: Product.ID, to cart: Cart.ID, in transaction: PostgresTransaction
    ) throws {
        let (others, isAdded) = try transaction.pipeline(
            Query.row(
                """
                SELECT count(*) FILTER (WHERE product_id <> \(product)) AS others FROM cart_items
                 WHERE cart_id = \(cart)
                """
            ) { try $0["others"] as Int },
            Query.any(
                """
                INSERT INTO cart_items (cart_id, product_id, quantity)
                SELECT \(cart)::uuid, id, \(quantity)::integer FROM products WHERE id = \(product) AND is_active
                ON CONFLICT (cart_id, product_id)
                DO UPDATE SET quantity = least(cart_items.quantity + excluded.quantity,
                    \(Quantity.range.upperBound)::integer)
                """))
        guard isAdded else { throw StorageError.unknownProduct([product]) }
        guard others < Self.maximumItems else { throw StorageError.cartFull }
    }

    /// Sets how many pieces of a product lie in the cart. Throws `StorageError.notFound` when none do.
    package func set(_ quantity: Quantity, of product: Product.ID, for owner: CartOwner, in currency: Currency? = nil)
        async throws -> Cart
    {
        try await change(owner, currency) { transaction, cart in
            let affected = try transaction.execute(
                "UPDATE cart_items SET quantity = \(quantity) WHERE cart_id = \(cart) AND product_id = \(product)")
            guard affected == 1 else { throw StorageError.notFound("cart item") }
        }
    }

    /// Takes a product out of the cart. Throws `StorageError.notFound` when it is not in it.
    package func remove(_ product: Product.ID, for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart
    {
        try await change(owner, currency) { transaction, cart in
            let affected = try transaction.execute(
                "DELETE FROM cart_items WHERE cart_id = \(cart) AND product_id = \(product)")
            guard affected == 1 else { throw StorageError.notFound("cart item") }
        }
    }

    /// Empties the cart.
    package func clear(for owner: CartOwner) async throws {
        _ = try await change(owner, nil) { transaction, cart in
            try transaction.execute("DELETE FROM cart_items WHERE cart_id = \(cart)")
        }
    }

    /// Puts the code of a discount into the cart, in the place of the one before. A code of which too little is bought
    /// stays there and counts once it is enough; the cart says so.
    ///
    /// Throws ``DiscountRefusal`` for a code that this customer may not use, whatever is bought.
    package func apply(_ code: DiscountCode, for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart {
        let cart = try await change(owner, currency) { transaction, cart in
            let offers = DiscountReading.offers(code: "\(code)", to: DiscountCustomer(owner), cartOwner: owner)
            let (found, _) = try transaction.pipeline(
                offers, "UPDATE carts SET discount_code = \(code) WHERE id = \(cart)" as SQL)
            guard let offer = found.first(where: { $0.discount.code == code }) else { throw DiscountRefusal.unknown }
            if let refusal = offer.refusal { throw refusal }
        }
        return cart
    }

    /// Takes the code out of the cart.
    package func removeCode(for owner: CartOwner, in currency: Currency? = nil) async throws -> Cart {
        try await change(owner, currency) { transaction, cart in
            try transaction.execute("UPDATE carts SET discount_code = NULL WHERE id = \(cart)")
        }
    }

    /// Locks the owner's cart, making it if need be, changes it and reads it back.
    private func change(
        _ owner: CartOwner, _ currency: Currency?,
        _ body: @escaping @Sendable (PostgresTransaction, Cart.ID) throws -> Void
    ) async throws -> Cart {
        try await changeAndTell(owner, currency, body).0
    }

    /// The same with what the change answers.
    private func changeAndTell<Value: Sendable>(
        _ owner: CartOwner, _ currency: Currency?,
        _ body: @escaping @Sendable (PostgresTransaction, Cart.ID) throws -> Value
    ) async throws -> (Cart, Value) {
        let currency = currency ?? settings.currency
        return try await database.transaction { transaction in
            let cart = try CartLock.acquire(owner, in: transaction)
            let value = try body(transaction, cart)
            let touched: SQL = "UPDATE carts SET updated_at = now() WHERE id = \(cart)"
            let (_, read) = try transaction.pipeline(touched, CartReading.cart(of: owner, currency, settings))
            guard let read else { throw StorageError.notFound("cart") }
            return (read, value)
        }
    }
}

extension CartStore {
    /// Deletes guests' carts that no guest has touched for so long, and empty ones after a day, a batch per statement.
    /// Returns how many. Carts that orders came of stay, and so do users'.
    @discardableResult
    package func purgeIdle(olderThan age: Duration? = nil, batch: Int = 5000) async throws -> Int {
        let age = age ?? settings.cartLifetime
        return try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM carts
             WHERE id IN (SELECT id FROM carts AS c
                           WHERE guest_token_hash IS NOT NULL AND NOT is_express AND status IN ('open', 'merged')
                             AND updated_at < now() - make_interval(secs => \(min(age, .seconds(86_400)).inSeconds))
                             AND (updated_at < now() - make_interval(secs => \(age.inSeconds))
                                  OR NOT EXISTS (SELECT FROM cart_items WHERE cart_id = c.id))
                             AND NOT EXISTS (SELECT FROM orders WHERE cart_id = c.id)
                           ORDER BY updated_at LIMIT \(batch)
                             FOR UPDATE SKIP LOCKED)
            """)
    }
}
