import Domain
import Postgres

extension SettlementStore {
    /// Takes payments whose intent could still be confirmed although their order is over, so that no other sweeper
    /// takes them for 30 s: cancel them at the provider, then settle what it says.
    package func claimOrphanedIntents(limit: Int = 64) async throws -> [CheckoutSnapshot] {
        let rows = try await database.query(
            """
            UPDATE payments
               SET claimed_until = now() + make_interval(secs => \(Self.claim.inSeconds))
              FROM (SELECT p.id FROM payments AS p JOIN orders AS o ON o.id = p.order_id
                     WHERE p.provider_intent_id IS NOT NULL
                       AND p.status IN ('created', 'confirming', 'requires_action', 'processing', 'failed')
                       AND o.status IN ('rejected', 'expired', 'canceled')
                       AND (p.claimed_until IS NULL OR p.claimed_until <= now())
                     ORDER BY p.updated_at LIMIT \(limit)
                       FOR NO KEY UPDATE OF p SKIP LOCKED) AS orphan
             WHERE payments.id = orphan.id
            RETURNING payments.order_id
            """)
        return try await LockedOrders.snapshots(of: rows.map { try $0["order_id"] }, in: database)
    }

    /// How long a payment that the bank or the provider decides is left alone between two looks.
    static let undecidedPause: Duration = .seconds(10)

    /// Takes payments that wait for the customer's bank or for the provider, so that no other worker takes them for ten
    /// seconds: look each up, then settle what the provider says. A payment comes up ten seconds after it last
    /// changed, and every ten seconds from then on.
    package func claimUndecided(limit: Int = 64) async throws -> [CheckoutSnapshot] {
        let pause = Self.undecidedPause.inSeconds
        let rows = try await database.query(
            """
            UPDATE payments
               SET claimed_until = now() + make_interval(secs => \(pause))
              FROM (SELECT p.id FROM payments AS p JOIN orders AS o ON o.id = p.order_id
                     WHERE p.provider_intent_id IS NOT NULL AND p.status IN ('requires_action', 'processing')
                       AND o.status IN ('reserved', 'payment_failed')
                       AND coalesce(p.claimed_until, p.updated_at + make_interval(secs => \(pause))) <= now()
                     ORDER BY coalesce(p.claimed_until, p.updated_at + make_interval(secs => \(pause))) LIMIT \(limit)
                       FOR NO KEY UPDATE OF p SKIP LOCKED) AS due
             WHERE payments.id = due.id
            RETURNING payments.order_id
            """)
        return try await LockedOrders.snapshots(of: rows.map { try $0["order_id"] }, in: database)
    }
}
