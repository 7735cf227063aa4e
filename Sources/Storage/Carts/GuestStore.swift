package import Domain
package import Postgres

/// Guests: who holds a cart token that the shop gave out. A guest is named by a hash in carts and orders, and has as
/// many tokens as it was given.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct GuestStore: Sendable {
    /// As many further tokens as a guest keeps; the oldest give way.
    package static let furtherTokens = 20

    let database: PostgresPool

    package init(database: PostgresPool) {
        self.database = database
    }

    /// The guest to whom the token with this SHA-256 was given out, as carts and orders name it. `nil` for a token that
    /// was never given out, or whose cart has been deleted.
    package func guest(holding tokenHash: [UInt8]) async throws -> [UInt8]? {
        let rows = try await database.query(
            """
            SELECT guest FROM guest_tokens WHERE hash = \(tokenHash)
             UNION ALL
            SELECT \(tokenHash)::bytea
             WHERE EXISTS (SELECT FROM carts
                 WHERE guest_token_hash = \(tokenHash) AND NOT is_express AND status IN ('open', 'converting'))
                OR EXISTS (SELECT FROM orders WHERE guest_token_hash = \(tokenHash))
             LIMIT 1
            """)
        return try rows.first.map { try $0["guest"] }
    }

    /// Gives the guest who placed an order one more token. Without effect for an order that no guest placed.
    package func give(_ tokenHash: [UInt8], for order: Order.ID) async throws {
        try await database.execute([
            """
            INSERT INTO guest_tokens (hash, guest)
            SELECT \(tokenHash)::bytea, guest_token_hash FROM orders
                WHERE id = \(order) AND guest_token_hash IS NOT NULL
            """,
            """
            DELETE FROM guest_tokens
             WHERE hash IN (SELECT t.hash FROM guest_tokens AS t JOIN orders AS o ON o.guest_token_hash = t.guest
                             WHERE o.id = \(order) ORDER BY t.created_at DESC, t.hash OFFSET \(Self.furtherTokens))
            """,
        ])
    }

    /// Takes the orders that were placed with a token over into an account, with the idempotency keys under which they
    /// were placed, so that a repeated request finds its order under either identity. Orders that are in an account
    /// already stay there. Returns how many were taken over.
    ///
    /// The token goes on showing them: a payment that is under way in another tab must not lose its order.
    @discardableResult
    package func takeOver(_ tokenHash: [UInt8], by user: User.ID, remoteAddress: String? = nil) async throws -> Int {
        let rows = try await database.query(
            """
            WITH guest AS (
                SELECT coalesce((SELECT guest FROM guest_tokens WHERE hash = \(tokenHash)), \(tokenHash)::bytea) AS hash
            ), taken AS (
                UPDATE orders SET user_id = \(user)
                 WHERE id IN (SELECT id FROM orders
                     WHERE guest_token_hash = (SELECT hash FROM guest) AND user_id IS NULL
                               ORDER BY id FOR NO KEY UPDATE)
                RETURNING id
            ), keys AS (
                INSERT INTO idempotency_keys (scope, key, fingerprint, order_id, created_at)
                SELECT \(CartOwner.user(user).idempotencyScope)::text, k.key, k.fingerprint, k.order_id, k.created_at
                  FROM idempotency_keys AS k JOIN taken ON taken.id = k.order_id
                 WHERE k.scope = (SELECT 'guest:' || encode(hash, 'hex') FROM guest)
                ON CONFLICT DO NOTHING
            ), noted AS (
                INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id, remote_address)
                SELECT 'user', \(user.description)::text, 'order.taken_over', 'order', id::text, \(remoteAddress)::text
                    FROM taken
            )
            SELECT count(*) AS orders FROM taken
            """)
        return try rows.first.map { try $0["orders"] } ?? 0
    }
}
