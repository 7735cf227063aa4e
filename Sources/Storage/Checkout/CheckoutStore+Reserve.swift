import Domain
import FoundationEssentials
import JobQueue
import Postgres

extension CheckoutStore {
    /// Sets stock aside, in order of the orders' numbers (transaction W1), and confirms those orders that cost nothing.
    /// One result for each request, in the order of the requests.
    package func reserve(_ requests: [ReservationRequest]) async -> [Result<ReservationOutcome, any Error>] {
        await BatchIsolation.run(requests, size: Self.maximumBatch) { try await reserveBatch($0) }
    }

    private struct ReservedBatch: Sendable {
        var outcomes: [ReservationOutcome] = []
        /// Orders that came to their outcome.
        var ended: [Order.ID] = []
        var jobs: [PendingJob] = []
    }

    private func reserveBatch(_ requests: [ReservationRequest]) async throws -> [ReservationOutcome] {
        let ids = Set(requests.map(\.orderID)).sorted()
        let batch = try await database.transaction { transaction in
            let read = try transaction.pipeline(LockedOrders.statements(ids) + demand(of: ids))
            let orders = try LockedOrders(orders: read[0].rows, payments: read[1].rows)
            let plan = try ReservationPlan(orders, lines: read[2].rows, stock: read[3].rows)
            return try carryOut(plan, orders, requests, transaction)
        }
        await announce(batch.jobs, batch.ended)
        return batch.outcomes
    }

    /// What the pending ones of these orders want, and the stock rows they want it from, locked by SKU.
    private func demand(of ids: [Order.ID]) -> [SQL] {
        [
            """
            SELECT i.order_id, i.product_id, i.sku, i.quantity
              FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
             WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending'
            """,
            """
            SELECT sku, on_hand, reserved FROM stock
             WHERE sku IN (SELECT i.sku FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
                            WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending')
             ORDER BY sku
               FOR NO KEY UPDATE
            """,
        ]
    }

    private func carryOut(
        _ plan: ReservationPlan, _ orders: LockedOrders, _ requests: [ReservationRequest],
        _ transaction: PostgresTransaction
    ) throws -> ReservedBatch {
        let free = Set(plan.free.map(\.facts.orderID))
        var batch = ReservedBatch(ended: plan.rejected.map(\.id) + free)
        let mails = plan.mails
        batch.jobs = try InvalidateProducts.pending(for: plan.soldOut) + mails.map { try $0.job() }
        let shortages = Dictionary(uniqueKeysWithValues: plan.rejected.map { ($0.id, $0.shortages) })
        let completions = requests.compactMap {
            shortages[$0.orderID] == nil && !free.contains($0.orderID) ? nil : $0.completion
        }
        let results = try transaction.pipeline(
            plan.statements(reservation: settings.reservation) + (mails.isEmpty ? [] : [PendingEmail.insertion(mails)])
                + batch.jobs.map(\.statement) + completions.map(\.statement))
        for (completion, result) in zip(completions, results.suffix(completions.count)) { try completion.check(result) }

        var until: [Order.ID: Date] = [:]
        if !plan.held.isEmpty {
            for row in results[0].rows { until[try row["id"]] = try row["reserved_until"] }
        }
        batch.outcomes = requests.map { request in
            guard let facts = orders.entries[request.orderID]?.facts else { return .unknownOrder }
            if let shortages = shortages[facts.orderID] { return .rejected(shortages) }
            if free.contains(facts.orderID) { return .confirmed }
            if let until = until[facts.orderID] { return .reserved(facts.reserved(until: until)) }
            return facts.status == .reserved ? .reserved(facts) : .settled(facts)
        }
        return batch
    }
}
