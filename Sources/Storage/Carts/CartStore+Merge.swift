package import Domain
import Postgres

extension CartStore {
    /// Moves a guest's items into the user's cart at login: sums, capped. When either cart is locked, or together they
    /// hold too many products, both stay as they are and the answer is `false`.
    @discardableResult
    package func merge(guest tokenHash: [UInt8], into user: User.ID) async throws -> Bool {
        let guest = CartOwner.guest(tokenHash: tokenHash)
        do {
            return try await database.transaction { transaction in
                // Both carts are locked guest first. A token belongs to one browser, so no two merges meet in opposite
                // order.
                guard let source = try transaction.query(CartLock.locking(guest)).first else { return true }
                guard try source["status"] as CartStatus == .open else { return false }
                let from: Cart.ID = try source["id"]
                let into = try CartLock.acquire(.user(user), in: transaction)
                let moved: [SQL] = [
                    """
                    INSERT INTO cart_items (cart_id, product_id, quantity, added_at)
                    SELECT \(into)::uuid, product_id, quantity, added_at FROM cart_items WHERE cart_id = \(from)
                        ORDER BY product_id
                    ON CONFLICT (cart_id, product_id)
                    DO UPDATE SET quantity = least(cart_items.quantity + excluded.quantity,
                        \(Quantity.range.upperBound)::integer)
                    """,
                    "UPDATE carts SET status = 'merged', updated_at = now() WHERE id = \(from)",
                    """
                    UPDATE carts AS c SET updated_at = now(), discount_code = coalesce(c.discount_code, g.discount_code)
                      FROM carts AS g WHERE c.id = \(into) AND g.id = \(from)
                    """,
                    // What the guest put in and the client repeats after the login is in already.
                    """
                    INSERT INTO idempotency_keys (scope, key, fingerprint, created_at)
                    SELECT \(CartOwner.user(user).cartScope)::text, key, fingerprint, created_at
                      FROM idempotency_keys WHERE scope = \(guest.cartScope)
                    ON CONFLICT DO NOTHING
                    """,
                ]
                let items = Query.row("SELECT count(*) AS items FROM cart_items WHERE cart_id = \(into)") {
                    try $0["items"] as Int
                }
                guard try transaction.pipeline(moved, items).1 <= Self.maximumItems else {
                    throw StorageError.cartFull
                }
                return true
            }
        } catch StorageError.cartLocked, StorageError.cartFull {
            return false
        }
    }
}
