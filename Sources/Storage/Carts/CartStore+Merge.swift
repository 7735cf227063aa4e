package import Domain
package import Postgres

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
                    "UPDATE carts SET updated_at = now() WHERE id = \(into)",
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

/// Whose cart it is.
package enum CartOwner: Hashable, Sendable {
    /// A customer with an account.
    case user(User.ID)
    /// The guest who holds the cart token with this SHA-256 (32 bytes).
    case guest(tokenHash: [UInt8])

    /// The scope of keys under which something was put into the cart: they never meet those of orders.
    var cartScope: String { "cart:" + idempotencyScope }

    /// The scope of idempotency keys: keys of two buyers never meet.
    package var idempotencyScope: String {
        switch self {
        case .user(let id): "user:\(id)"
        case .guest(let hash): "guest:" + hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }
}

extension CartOwner: PostgresEncodable {
    /// The column that names this kind of owner, in `carts` and `orders`.
    var column: String {
        switch self {
        case .user: "user_id"
        case .guest: "guest_token_hash"
        }
    }

    /// The type of that column.
    var columnType: String {
        switch self {
        case .user: "uuid"
        case .guest: "bytea"
        }
    }

    /// The account, if it is one.
    var userID: User.ID? {
        if case .user(let id) = self { id } else { nil }
    }

    /// The hash of the cart token, if it is a guest's.
    var guestTokenHash: [UInt8]? {
        if case .guest(let hash) = self { hash } else { nil }
    }

    /// What stands in the column.
    package var postgresParameter: PostgresParameter {
        switch self {
        case .user(let id): id.postgresParameter
        case .guest(let hash): hash.postgresParameter
        }
    }
}
