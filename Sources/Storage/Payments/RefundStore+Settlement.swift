package import Domain
package import JobQueue
import Postgres

/// What the job that refunds money needs to know.
package struct RefundSnapshot: Hashable, Sendable {
    package let refund: Refund
    /// The intent it is taken from.
    package let intentID: PaymentIntent.ID
    /// This shop, as it is written into what it makes at the provider.
    package let shop: String
    /// Number of the present attempt, from 1. The key of the call is made from it.
    package let attempt: Int
}

/// What an update of a refund changed.
package enum RecordRefundOutcome: Hashable, Sendable {
    /// The refund as it is now.
    case recorded(Refund)
    /// It is known already, or something later is: the refund as it is.
    case unchanged(Refund)
    /// The provider's refund is over another amount, or not the one stored with ours.
    case foreign
    /// There is no such refund.
    case unknownRefund
}

extension RefundStore {
    /// What the job of a refund starts from, `nil` when there is no such refund.
    package func load(_ id: Refund.ID) async throws -> RefundSnapshot? {
        let rows = try await database.query(
            """
            SELECT r.*, \(raw: RefundRow.items), coalesce(p.provider_intent_id, r.orphan_intent_id) AS intent_id,
                   (SELECT id::text FROM shop_identity) AS shop
              FROM refunds AS r LEFT JOIN payments AS p ON p.id = r.payment_id WHERE r.id = \(id)
            """)
        guard let row = rows.first else { return nil }
        return RefundSnapshot(
            refund: try RefundRow.refund(row), intentID: try row["intent_id"], shop: try row["shop"],
            attempt: try row["attempt"])
    }

    /// The refund of ours that the provider has under this id, `nil` when none is stored with it.
    package func refund(withProviderID id: ProviderRefund.ID) async throws -> Refund.ID? {
        try await database.query("SELECT id FROM refunds WHERE provider_refund_id = \(id)").first?["id"]
    }

    /// Settles an update of a refund: idempotent, the same for its job, for webhooks and for the reconciler. Payment
    /// and order follow the sum of what was refunded.
    ///
    /// - Parameter completion: completes the job that brings the update, once the refund is settled.
    /// - Throws: `JobFenced` when the bringing attempt is stale: nothing was done.
    package func record(
        _ snapshot: ProviderRefund, for id: Refund.ID, completion: JobCompletion? = nil
    ) async throws -> RecordRefundOutcome {
        try await settle(id, completion) { refund in
            guard snapshot.amount == refund.amount, refund.providerID == nil || refund.providerID == snapshot.id else {
                return nil
            }
            return Update(status: snapshot.status, providerID: snapshot.id, reason: snapshot.failureReason)
        }
    }

    /// Notes that the provider refuses to make a refund, so that none was made.
    package func markRefused(_ id: Refund.ID, reason: String, completion: JobCompletion? = nil) async throws
        -> RecordRefundOutcome
    {
        try await settle(id, completion) { _ in Update(status: .failed, providerID: nil, reason: reason) }
    }

    /// Gives a refund its next attempt, because the provider may replay a failure of its own under the key of the
    /// present one. Once this has answered `true`, the provider may be asked under the new attempt's key. `false` when
    /// the attempt is not the present one any more.
    package func beginNextAttempt(of id: Refund.ID, after attempt: Int) async throws -> Bool {
        try await database.execute(
            """
            UPDATE refunds SET attempt = attempt + 1, updated_at = now()
             WHERE id = \(id) AND attempt = \(attempt) AND status = 'requested'
            """) == 1
    }

    private struct Update: Sendable {
        let status: RefundStatus
        let providerID: ProviderRefund.ID?
        let reason: String?
    }

    private func settle(
        _ id: Refund.ID, _ completion: JobCompletion?, _ read: @Sendable @escaping (Refund) -> Update?
    ) async throws -> RecordRefundOutcome {
        guard let row = try await database.query("SELECT order_id FROM refunds WHERE id = \(id)").first else {
            return .unknownRefund
        }
        guard let orderID: Order.ID = try row["order_id"] else {
            return try await settleOrphanCharge(id, completion, read)
        }
        let (outcome, jobs) = try await database.transaction { transaction -> (RecordRefundOutcome, [PendingJob]) in
            let (orders, refunds) = try transaction.pipeline(
                LockedOrders.locking([orderID]), RefundRow.locked(of: orderID))
            guard let entry = orders.entries[orderID], let refund = refunds.first(where: { $0.id == id }) else {
                return (.unknownRefund, [])
            }
            guard let update = read(refund) else { return (.foreign, []) }
            var writes = CheckedWrites()
            var jobs: [PendingJob] = []
            let isChange = refund.status.canBecome(update.status)
            let status = isChange ? update.status : refund.status
            if isChange {
                // Written down as made elsewhere before it could be told to be ours.
                let twins = refunds.filter {
                    $0.id != id && $0.providerID != nil && $0.providerID == update.providerID && $0.source == .provider
                }
                for twin in twins {
                    writes.add(
                        EmailChange.withdrawal(where: "order_id = \(orderID) AND about = \(twin.id.description)"))
                    writes.add("DELETE FROM refunds WHERE id = \(twin.id)")
                }
                let now = refunds.filter { refund in !twins.contains { $0.id == refund.id } }.map {
                    $0.id == id ? $0.becoming(status) : $0
                }
                let sum = try RefundSum(captured: entry.captured, refunds: now.map { ($0.amount, $0.status) })
                var events = Self.events(update, refund)
                writes.add(Self.statement(refund.id, update))
                writes.add([PaymentChange(refund.paymentID, sum)])
                // Pieces whose refund came to nothing are to be shipped again.
                if !refund.items.isEmpty { writes.add(Fulfillment.update(orderID)) }
                if update.status == .succeeded {
                    let restocking = try Restocking(refund, among: now, of: orderID, in: transaction)
                    writes.add(restocking.statements)
                    events += restocking.events
                    jobs += restocking.jobs
                }
                // An order that was canceled, or was over when its money came, stays so.
                writes.add([OrderChange(orderID, to: entry.facts.status.isPaid ? sum.order : nil, events)])
                if let pending = try Self.pendingEmail(about: refund, becoming: update.status, entry, in: transaction) {
                    jobs.append(try pending.job())
                    writes.add(PendingEmail.insertion([pending]))
                }
                writes.add(jobs)
            }
            writes.add(status.isSettled ? completion : nil)
            let (_, current) = try transaction.pipeline(writes, RefundRow.reading(id))
            guard let current else { return (.unknownRefund, []) }
            return (isChange ? .recorded(current) : .unchanged(current), jobs)
        }
        await dispatcher.push(jobs)
        return outcome
    }

    /// A refund that is of no order: nothing else changes with it.
    private func settleOrphanCharge(
        _ id: Refund.ID, _ completion: JobCompletion?, _ read: @Sendable @escaping (Refund) -> Update?
    ) async throws -> RecordRefundOutcome {
        try await database.transaction { transaction in
            guard
                let row = try transaction.query("\(raw: RefundRow.selection) WHERE r.id = \(id) FOR NO KEY UPDATE OF r")
                    .first
            else {
                return .unknownRefund
            }
            let refund = try RefundRow.refund(row)
            guard let update = read(refund) else { return .foreign }
            let isChange = refund.status.canBecome(update.status)
            var writes = CheckedWrites()
            if isChange {
                writes.add(Self.statement(refund.id, update))
                writes.add(OrderHistory.noting(Self.events(update, refund).map { (refund.orderID, $0) }))
            }
            writes.add((isChange ? update.status : refund.status).isSettled ? completion : nil)
            let (_, current) = try transaction.pipeline(writes, RefundRow.reading(id))
            guard let current else { return .unknownRefund }
            return isChange ? .recorded(current) : .unchanged(current)
        }
    }

    /// What the order's history says of it, once it is settled.
    private static func events(_ update: Update, _ refund: Refund) -> [OrderChange.Event] {
        if !update.status.isSettled { return [] }
        if update.status != .succeeded { return [.init(.refundFailed, update.reason ?? "unknown")] }
        return [.init(refund.source == .shop ? .refundSucceeded : .refundFoundElsewhere, refund.reason.rawValue)]
    }

    /// The only way a refund changes its state: made from ``RefundStatus/transitions``.
    private static func statement(_ id: Refund.ID, _ update: Update) -> SQL {
        """
        UPDATE refunds
           SET status = \(update.status), provider_refund_id = coalesce(provider_refund_id, \(update.providerID)),
               failure_reason = \(update.reason),
               settled_at = CASE WHEN \(update.status.isSettled) THEN now() END, updated_at = now()
         WHERE id = \(id) AND status IN (\(raw: update.status.sources()))
        """
    }

    /// What the customer is told: that the money was refunded; and, when that was said and turns out otherwise, that
    /// the refund failed.
    private static func pendingEmail(
        about refund: Refund, becoming status: RefundStatus, _ entry: LockedOrders.Entry,
        in transaction: PostgresTransaction
    ) throws -> PendingEmail? {
        guard let email = entry.email else { return nil }
        if status == .succeeded {
            return PendingEmail(orderID: refund.orderID, kind: .refund, refundID: refund.id, recipient: email)
        }
        guard refund.status == .succeeded, !status.isLive else { return nil }
        // An email that has not gone out yet never will: what it says is not true any more.
        let unsent = try transaction.execute(
            EmailChange.withdrawal(
                where: "order_id = \(refund.orderID) AND kind = 'refund' AND about = \(refund.id.description)"))
        if unsent > 0 { return nil }
        return PendingEmail(orderID: refund.orderID, kind: .refundFailed, refundID: refund.id, recipient: email)
    }
}
