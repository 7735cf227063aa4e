import CrashPoints
package import Domain
package import JobQueue
import Postgres

/// An update of a payment, to be settled with its order.
package struct PaymentUpdate: Sendable {
    /// Where an update comes from.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// The checkout job, with the answer to its own call.
        case worker
        /// The provider called.
        case webhook
        /// Looked up because something was unclear.
        case reconciler
        /// The time to pay ran out and the intent was canceled.
        case sweeper
        /// The order is canceled, and its intent was.
        case customer
    }

    /// Why an order or its payment ends whose intent the provider does not know any more.
    static let unknownAtProvider = "unknown_at_provider"
    /// Why one ends whose intent was canceled at the provider, for a reason that is not known here.
    static let canceledAtProvider = "canceled_at_provider"

    package let orderID: Order.ID
    /// The provider's snapshot.
    package let intent: PaymentIntent
    /// Who brings it.
    package let source: Source
    /// Completes the job that brings it, in the same transaction.
    package let completion: JobCompletion?
    /// Why the intent was canceled, where the provider refused the charge.
    package let refusal: PaymentRefusal?
    /// Whether the provider does not know the intent any more, so that nothing was or can be charged by it.
    package let isUnknownAtProvider: Bool
    /// The trace that the update belongs to: it may be settled together with others, in the task of one of those.
    let traceparent = JobTrace.current

    package init(
        orderID: Order.ID, intent: PaymentIntent, source: Source, completion: JobCompletion? = nil,
        refusal: PaymentRefusal? = nil
    ) {
        self.orderID = orderID
        self.intent = intent
        self.source = source
        self.completion = completion
        self.refusal = refusal
        isUnknownAtProvider = false
    }

    /// The provider answers, for an intent that is stored with an order's payment, that there is none. That is as good
    /// as a canceled one.
    package init(orderID: Order.ID, unknownIntent id: PaymentIntent.ID, amount: Money, source: Source) {
        self.orderID = orderID
        intent = PaymentIntent(id: id, status: .canceled, amount: amount)
        self.source = source
        completion = nil
        refusal = nil
        isUnknownAtProvider = true
    }
}

/// What a payment update changed.
package struct SettlementOutcome: Hashable, Sendable {
    package let orderID: Order.ID
    /// What was decided and done.
    package let settlement: PaymentSettlement
    /// Where the order stands now.
    package let status: OrderStatus
    /// Whether the job that brought the update is done. It is not while the update is undecided or does not fit the
    /// order: try again or look.
    package let isJobCompleted: Bool

    /// Whether anything changed for a client that looks at the order.
    var changesOrder: Bool {
        if case .ignore = settlement { false } else { true }
    }
}

extension SettlementStore {
    /// Settles payment updates (transaction W3): idempotent, fenced by the jobs that bring them, the same for worker,
    /// webhook, reconciler and sweeper.
    ///
    /// One result for each element, in their order; `nil` when there is no such order. `JobFenced` when the bringing
    /// attempt is stale: nothing of that element was done. A failed commit is safe to repeat, and must be repeated
    /// until it is through: money has moved.
    package func settle(_ updates: [PaymentUpdate]) async -> [Result<SettlementOutcome?, any Error>] {
        var results: [Int: Result<SettlementOutcome?, any Error>] = [:]
        var waiting = Array(updates.enumerated())
        while !waiting.isEmpty {
            // Updates of one order are settled one after the other, in transactions of their own.
            var seen: Set<Order.ID> = []
            let round = waiting.filter { seen.insert($0.element.orderID).inserted }
            let settled = await BatchIsolation.run(round.map(\.element), size: Self.maximumBatch) {
                try await settleBatch($0)
            }
            for (item, result) in zip(round, settled) { results[item.offset] = result }
            waiting.removeAll { results[$0.offset] != nil }
        }
        return updates.indices.compactMap { results[$0] }
    }

    private func settleBatch(_ updates: [PaymentUpdate]) async throws -> [SettlementOutcome?] {
        let ids = updates.map(\.orderID).sorted()
        // Only updates that release or consume stock need its locks.
        let moving = updates.filter { $0.intent.status.isPaid || $0.intent.status == .canceled }.map(\.orderID).sorted()
        let canceled = updates.filter { $0.intent.status == .canceled }.map(\.orderID).sorted()
        let declined = updates.filter { $0.intent.lastError != nil }.map(\.orderID).sorted()
        let isTelling = !(declined.isEmpty && canceled.isEmpty)
        let (plan, jobs) = try await database.transaction { transaction in
            let (orders, warned, told, _, products) = try transaction.pipeline(
                LockedOrders.locking(ids), isTelling ? Self.warnings(of: declined) : nil,
                isTelling ? PendingEmail.told(canceled) : nil,
                moving.isEmpty ? nil : OrderStock.lock(moving, returning: canceled),
                canceled.isEmpty ? nil : OrderStock.products(of: canceled))
            var plan = SettlementPlan(updates, orders, warned: warned ?? [], told: told ?? [], settings)
            if !plan.corrections.isEmpty {
                try plan.correct(Self.refunds(of: plan.corrections.map(\.order.paymentID), in: transaction))
            }
            // A confirmed order takes what was reserved for it: as many pieces can be bought as before.
            let touched = plan.released + plan.voided
            var jobs = try plan.emails.map { try $0.job() }
            jobs += try plan.lateHolds.map { try CancelOrder.insertion(for: $0) }
            jobs += try plan.refunds.map { try JobLedger.insertion(of: RefundPayment(refundID: $0.id)) }
            if !touched.isEmpty {
                jobs += try OrderStock.invalidation(of: touched, among: products ?? [])
            }
            var writes = plan.writes(captureWindow: settings.captureWindow)
            writes.add(jobs)
            for completion in plan.completions { writes.add(completion) }
            try writes.run(in: transaction)
            return (plan, jobs)
        }
        CrashPoint.pass(.settled)
        await dispatcher.push(jobs)
        await notifier.publish(plan.announced)
        return plan.outcomes
    }

    /// Which of these orders have an email about a declined payment already.
    private static func warnings(of ids: [Order.ID]) -> Query<Set<Order.ID>> {
        Query.rows(
            "SELECT order_id FROM email_deliveries WHERE order_id = ANY (\(ids)::uuid[]) AND kind = 'payment_failed'"
        ) { try $0["order_id"] as Order.ID }.map { Set($0) }
    }

    private static func refunds(
        of payments: [Payment.ID], in transaction: PostgresTransaction
    ) throws -> [Payment.ID: [(amount: Money, status: RefundStatus)]] {
        let rows = try transaction.query(
            "SELECT payment_id, amount, currency, status FROM refunds WHERE payment_id = ANY (\(payments)::uuid[])")
        return Dictionary(
            try rows.map { (try $0["payment_id"], [(Money(try $0["amount"], try $0["currency"]), try $0["status"])]) },
            uniquingKeysWith: +)
    }
}
