package import Domain
package import JobQueue
import Postgres

/// What the job that gives money back needs to know.
package struct RefundSnapshot: Hashable, Sendable {
    /// The refund.
    package let refund: Refund
    /// The intent it is taken from.
    package let intentID: PaymentIntent.ID
    /// This shop, as it is written into what it makes at the provider.
    package let shop: String
    /// Number of the present attempt, from 1. The key of the call is made from it.
    package let attempt: Int
}

/// What news of a refund changed.
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
            SELECT r.*, \(raw: RefundRow.items), coalesce(p.provider_intent_id, r.stray_intent_id) AS intent_id,
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

    /// Settles news of a refund: idempotent, the same for its job, for webhooks and for the reconciler. Payment and
    /// order follow the sum of what went back.
    ///
    /// - Parameter completion: completes the job that brings the news, once the refund is settled.
    /// - Throws: `JobFenced` when the bringing attempt is stale: nothing was done.
    package func record(
        _ snapshot: ProviderRefund, for id: Refund.ID, completion: JobCompletion? = nil
    ) async throws -> RecordRefundOutcome {
        try await settle(id, completion) { refund in
            guard snapshot.amount == refund.amount, refund.providerID == nil || refund.providerID == snapshot.id else {
                return nil
            }
            return News(status: snapshot.status, providerID: snapshot.id, reason: snapshot.failureReason)
        }
    }

    /// Notes that the provider refuses to make a refund, so that none was made.
    package func markRefused(_ id: Refund.ID, reason: String, completion: JobCompletion? = nil) async throws
        -> RecordRefundOutcome
    {
        try await settle(id, completion) { _ in News(status: .failed, providerID: nil, reason: reason) }
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

    private struct News: Sendable {
        let status: RefundStatus
        let providerID: ProviderRefund.ID?
        let reason: String?
    }

    private func settle(
        _ id: Refund.ID, _ completion: JobCompletion?, _ news: @Sendable @escaping (Refund) -> News?
    ) async throws -> RecordRefundOutcome {
        guard let row = try await database.query("SELECT order_id FROM refunds WHERE id = \(id)").first else {
            return .unknownRefund
        }
        guard let orderID: Order.ID = try row["order_id"] else { return try await settleStray(id, completion, news) }
        let (outcome, jobs) = try await database.transaction { transaction -> (RecordRefundOutcome, [PendingJob]) in
            let read = try transaction.pipeline(LockedOrders.statements([orderID]) + [RefundRow.locked(of: orderID)])
            let orders = try LockedOrders(orders: read[0].rows, payments: read[1].rows)
            let refunds = try read[2].rows.map(RefundRow.refund)
            guard let entry = orders.entries[orderID], let refund = refunds.first(where: { $0.id == id }) else {
                return (.unknownRefund, [])
            }
            guard let news = news(refund) else { return (.foreign, []) }
            var writes = CheckedWrites()
            var jobs: [PendingJob] = []
            let isNews = refund.status.canBecome(news.status)
            let status = isNews ? news.status : refund.status
            if isNews {
                // Written down as made elsewhere before it could be told to be ours.
                let twins = refunds.filter {
                    $0.id != id && $0.providerID != nil && $0.providerID == news.providerID && $0.source == .provider
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
                var events = Self.events(news, refund)
                writes.add(Self.update(refund.id, news))
                writes.add([PaymentChange(refund.paymentID, sum)])
                if news.status == .succeeded {
                    let restocking = try Restocking(refund, among: now, of: orderID, in: transaction)
                    writes.add(restocking.statements)
                    events += restocking.events
                    jobs += restocking.jobs
                }
                // An order that was canceled, or was over when its money came, stays so.
                writes.add([OrderChange(orderID, to: entry.facts.status.isPaid ? sum.order : nil, events)])
                if let mail = try Self.mail(about: refund, becoming: news.status, entry, in: transaction) {
                    jobs.append(try mail.job())
                    writes.add(PendingEmail.insertion([mail]))
                }
                writes.add(jobs)
            }
            let reading = writes.statements.count
            writes.add("\(raw: RefundRow.selection) WHERE r.id = \(id)")
            writes.add(status.isSettled ? completion : nil)
            let results = try writes.run(in: transaction)
            guard let row = results[reading].rows.first else { return (.unknownRefund, []) }
            let current = try RefundRow.refund(row)
            return (isNews ? .recorded(current) : .unchanged(current), jobs)
        }
        await dispatcher.push(jobs)
        return outcome
    }

    /// A refund that is of no order: nothing else changes with it.
    private func settleStray(
        _ id: Refund.ID, _ completion: JobCompletion?, _ news: @Sendable @escaping (Refund) -> News?
    ) async throws -> RecordRefundOutcome {
        try await database.transaction { transaction in
            guard
                let row = try transaction.query("\(raw: RefundRow.selection) WHERE r.id = \(id) FOR NO KEY UPDATE OF r")
                    .first
            else {
                return .unknownRefund
            }
            let refund = try RefundRow.refund(row)
            guard let news = news(refund) else { return .foreign }
            let isNews = refund.status.canBecome(news.status)
            var writes = CheckedWrites()
            if isNews {
                writes.add(Self.update(refund.id, news))
                writes.add(OrderHistory.noting(Self.events(news, refund).map { (refund.orderID, $0) }))
            }
            let reading = writes.statements.count
            writes.add("\(raw: RefundRow.selection) WHERE r.id = \(id)")
            writes.add((isNews ? news.status : refund.status).isSettled ? completion : nil)
            let results = try writes.run(in: transaction)
            guard let row = results[reading].rows.first else { return .unknownRefund }
            return isNews ? .recorded(try RefundRow.refund(row)) : .unchanged(try RefundRow.refund(row))
        }
    }

    /// What the order's history says of it, once it is settled.
    private static func events(_ news: News, _ refund: Refund) -> [OrderChange.Event] {
        if !news.status.isSettled { return [] }
        if news.status != .succeeded { return [.init(.refundFailed, news.reason ?? "unknown")] }
        return [.init(refund.source == .shop ? .refundSucceeded : .refundFoundElsewhere, refund.reason.rawValue)]
    }

    /// The only way a refund changes its state: made from ``RefundStatus/transitions``.
    private static func update(_ id: Refund.ID, _ news: News) -> SQL {
        """
        UPDATE refunds
           SET status = \(news.status), provider_refund_id = coalesce(provider_refund_id, \(news.providerID)),
               failure_reason = \(news.reason),
               settled_at = CASE WHEN \(news.status.isSettled) THEN now() END, updated_at = now()
         WHERE id = \(id) AND status IN (\(raw: news.status.sources()))
        """
    }

    /// What the customer is told: that the money has gone back; and, if that was said and turns out otherwise, so.
    private static func mail(
        about refund: Refund, becoming status: RefundStatus, _ entry: LockedOrders.Entry,
        in transaction: PostgresTransaction
    ) throws -> PendingEmail? {
        guard let email = entry.email else { return nil }
        if status == .succeeded {
            return PendingEmail(orderID: refund.orderID, kind: .refund, refundID: refund.id, recipient: email)
        }
        guard refund.status == .succeeded, !status.isLive else { return nil }
        // A mail that has not gone out yet never will: what it says is not true any more.
        let unsent = try transaction.execute(
            EmailChange.withdrawal(
                where: "order_id = \(refund.orderID) AND kind = 'refund' AND about = \(refund.id.description)"))
        if unsent > 0 { return nil }
        return PendingEmail(orderID: refund.orderID, kind: .refundFailed, refundID: refund.id, recipient: email)
    }
}
