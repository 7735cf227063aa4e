package import Domain
import FoundationEssentials
import JobQueue
import Postgres

extension RefundStore {
    /// Writes a refund down that was made at the provider and not by this shop, and settles what has become of it;
    /// once, from whichever source it comes.
    ///
    /// ``RecordRefundOutcome/unknownRefund`` when its intent is no payment of ours of which money was taken, and when
    /// nothing is refunded by it.
    package func recordElsewhere(_ snapshot: ProviderRefund) async throws -> RecordRefundOutcome {
        guard let intentID = snapshot.intentID else { return .unknownRefund }
        let payment = try await database.query("SELECT order_id FROM payments WHERE provider_intent_id = \(intentID)")
            .first
        guard let orderID: Order.ID = try payment?["order_id"] else { return .unknownRefund }
        let (id, isNew) = try await database.transaction { transaction -> (Refund.ID?, Bool) in
            let (orders, refunds) = try transaction.pipeline(
                LockedOrders.locking([orderID]), RefundRow.locked(of: orderID))
            if let known = refunds.first(where: { $0.providerID == snapshot.id }) {
                return (known.id, false)
            }
            guard let entry = orders.entries[orderID],
                entry.facts.intentID == intentID, entry.captured.amount > 0,
                entry.captured.currency == snapshot.amount.currency,
                snapshot.amount.amount > 0, snapshot.status.isLive
            else { return (nil, false) }
            let id = Refund.ID()
            try transaction.execute([
                """
                INSERT INTO refunds (id, order_id, payment_id, amount, currency, reason, status, source,
                    provider_refund_id, requested_by, request_key)
                VALUES (\(id), \(orderID), \(entry.facts.paymentID), \(snapshot.amount.amount),
                    \(snapshot.amount.currency),
                        \(snapshot.reason ?? .madeAtProvider), 'pending', 'provider', \(snapshot.id), 'provider',
                            \("provider:\(snapshot.id)"))
                """,
                OrderChange.statement([OrderChange(orderID)]),
            ])
            return (id, true)
        }
        guard let id else { return .unknownRefund }
        let outcome = try await record(snapshot, for: id)
        // One that the provider has not settled yet counts as new, too.
        if case .unchanged(let refund) = outcome, isNew { return .recorded(refund) }
        return outcome
    }

    /// A refund that was asked for as all that is left, and that the provider refuses because less is left than was
    /// known: it becomes as much as is left by now, under a key of its own. `false` when that is nothing, or the refund
    /// is not to follow: then it is refused.
    package func takeWhatIsLeft(_ id: Refund.ID, after attempt: Int) async throws -> Bool {
        guard let row = try await database.query("SELECT order_id FROM refunds WHERE id = \(id)").first,
            let orderID: Order.ID = try row["order_id"]
        else { return false }
        return try await database.transaction { transaction in
            let (orders, refunds) = try transaction.pipeline(
                LockedOrders.locking([orderID]), RefundRow.locked(of: orderID))
            guard let entry = orders.entries[orderID],
                let refund = refunds.first(where: { $0.id == id }), refund.takesTheRest, refund.status == .requested,
                refund.providerID == nil
            else { return false }
            let left = try RefundSum(
                captured: entry.captured, refunds: refunds.filter { $0.id != id }.map { ($0.amount, $0.status) }
            ).refundable
            guard left.amount > 0, left.amount < refund.amount.amount else { return false }
            let changed = try transaction.execute(
                """
                UPDATE refunds SET amount = \(left.amount), attempt = attempt + 1, updated_at = now()
                 WHERE id = \(id) AND attempt = \(attempt) AND status = 'requested'
                """)
            if changed == 1 {
                _ = try transaction.execute(OrderChange.statement([OrderChange(orderID)]))
            }
            return changed == 1
        }
    }

    /// Refunds that the customer's bank may still return, and that no worker has read at the provider for this long;
    /// the longest ago first.
    ///
    /// - Parameter lifetime: for how long after it settled a refund can bounce.
    package func thatMayBounce(
        notReadFor age: Duration, lifetime: Duration = RefundStore.bouncing, limit: Int = 200
    ) async throws -> [ProviderRefund.ID] {
        try await database.query(
            """
            SELECT provider_refund_id FROM refunds
             WHERE provider_refund_id IS NOT NULL AND (status = 'succeeded' OR status = 'pending'
                 AND source = 'provider')
               AND coalesce(settled_at, created_at) > now() - make_interval(secs => \(lifetime.inSeconds))
               AND coalesce(checked_at, settled_at, created_at) <= now() - make_interval(secs => \(age.inSeconds))
             ORDER BY coalesce(checked_at, settled_at, created_at) LIMIT \(limit)
            """
        ).map { try $0["provider_refund_id"] }
    }

    /// Notes that refunds were read at the provider.
    package func markRead(_ ids: [ProviderRefund.ID]) async throws {
        if ids.isEmpty { return }
        try await database.execute(
            "UPDATE refunds SET checked_at = now() WHERE provider_refund_id = ANY (\(ids)::text[])")
    }

    /// For how long after it settled a refund can bounce: banks answer within thirty days (Stripe, "Refunds: failed
    /// refunds"), and their answers take their time.
    package static let bouncing: Duration = .seconds(45 * 86_400)
}
