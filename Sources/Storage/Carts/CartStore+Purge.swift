import Postgres

extension CartStore {
    /// Forgets guests' carts that nobody has touched for so long, and empty ones after a day, a batch per statement.
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
