import CrashPoints
import Domain
import JobQueue
import Postgres

extension CheckoutStore {
    /// Settles news of payments (transaction W3): idempotent, fenced by the jobs that bring them, the same for worker,
    /// webhook, reconciler and sweeper.
    ///
    /// One result for each element, in their order; `nil` when there is no such order. `JobFenced` when the bringing
    /// attempt is stale: nothing of that element was done. A failed commit is safe to repeat, and must be repeated
    /// until it is through: money has moved.
    package func settle(_ news: [PaymentUpdate]) async -> [Result<SettlementOutcome?, any Error>] {
        var results: [Int: Result<SettlementOutcome?, any Error>] = [:]
        var waiting = Array(news.enumerated())
        while !waiting.isEmpty {
            // News of one order are settled one after the other, in transactions of their own.
            var seen: Set<Order.ID> = []
            let round = waiting.filter { seen.insert($0.element.orderID).inserted }
            let settled = await BatchIsolation.run(round.map(\.element), size: Self.maximumBatch) {
                try await settleBatch($0)
            }
            for (item, result) in zip(round, settled) { results[item.offset] = result }
            waiting.removeAll { results[$0.offset] != nil }
        }
        return news.indices.compactMap { results[$0] }
    }

    private func settleBatch(_ news: [PaymentUpdate]) async throws -> [SettlementOutcome?] {
        let ids = news.map(\.orderID).sorted()
        // Only news that free or consume stock need its locks.
        let moving = news.filter { $0.intent.status.isPaid || $0.intent.status == .canceled }.map(\.orderID).sorted()
        let canceled = news.filter { $0.intent.status == .canceled }.map(\.orderID).sorted()
        let declined = news.filter { $0.intent.lastError != nil }.map(\.orderID).sorted()
        let writing = declined.isEmpty && canceled.isEmpty ? [] : [warnings(of: declined), PendingEmail.told(canceled)]
        let (plan, jobs) = try await database.transaction { transaction in
            let locking = LockedOrders.statements(ids) + writing
            let stocking = moving.isEmpty ? [] : [StockRelease.lock(moving, returning: canceled), products(of: moving)]
            let read = try transaction.pipeline(locking + stocking)
            let warned = try writing.isEmpty ? [] : Set(read[2].rows.map { try $0["order_id"] as Order.ID })
            let told = try writing.isEmpty ? [] : Set(read[3].rows.map { try $0["order_id"] as Order.ID })
            let plan = SettlementPlan(
                news, try LockedOrders(orders: read[0].rows, payments: read[1].rows), warned: warned, told: told,
                warningDelay: settings.paymentFailedEmailDelay)
            let touched = plan.confirmed + plan.expired + plan.cancelled + plan.rejected.map(\.id) + plan.voided
            var jobs = try plan.mails.map { try $0.job() }
            jobs += try plan.lateHolds.map { try CancelOrder.insertion(for: $0) }
            jobs += try plan.refunds.map { try JobLedger.insertion(of: RefundPayment(refundID: $0.id)) }
            if !touched.isEmpty { jobs += try invalidation(of: touched, among: read[locking.count + 1].rows) }
            let results = try transaction.pipeline(
                plan.statements(settings) + jobs.map(\.statement) + plan.completions.map(\.statement))
            for (completion, result) in zip(plan.completions, results.suffix(plan.completions.count)) {
                try completion.check(result)
            }
            return (plan, jobs)
        }
        CrashPoint.pass(.finalised)
        await announce(jobs, plan.announced)
        return plan.outcomes
    }

    /// Which of these orders have a mail about a declined payment already.
    private func warnings(of ids: [Order.ID]) -> SQL {
        "SELECT order_id FROM email_deliveries WHERE order_id = ANY (\(ids)::uuid[]) AND kind = 'payment_failed'"
    }

    /// The products in these orders.
    func products(of ids: [Order.ID]) -> SQL {
        "SELECT order_id, product_id FROM order_items WHERE order_id = ANY (\(ids)::uuid[])"
    }

    /// Jobs that throw the products of some orders out of the cache.
    func invalidation(of orders: [Order.ID], among rows: [PostgresRow]) throws -> [PendingJob] {
        let orders = Set(orders)
        return try InvalidateProducts.pending(
            for: rows.filter { orders.contains(try $0["order_id"]) }.map { try $0["product_id"] })
    }
}
