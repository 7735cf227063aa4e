package import Domain
import FoundationEssentials
package import JobQueue
import Postgres

/// One order that wants stock.
package struct ReservationRequest: Sendable {
    /// The order.
    package let orderID: Order.ID
    /// Completes the checkout job in the same transaction when that ends the order: it is rejected, or costs nothing.
    /// Left alone when there is something to be paid: the job goes on.
    package let completion: JobCompletion?

    /// Names an order.
    package init(orderID: Order.ID, completion: JobCompletion? = nil) {
        self.orderID = orderID
        self.completion = completion
    }
}

/// What an order that wants stock was told.
package enum ReservationOutcome: Hashable, Sendable {
    /// Everything is set aside, now or by an earlier run: pay.
    case reserved(CheckoutSnapshot)
    /// Everything was there and nothing is to be paid: the order is confirmed and the job completed, where its
    /// completion came along.
    case confirmed
    /// There was too little. The order is rejected and the job completed, where its completion came along.
    case rejected([StockAllocation.Shortage])
    /// The order is past this step or over. Nothing was done.
    case settled(CheckoutSnapshot)
    /// There is no such order.
    case unknownOrder
}

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
        let shortages = Dictionary(
            uniqueKeysWithValues: plan.rejected.map { ($0.entry.facts.orderID, $0.shortages) })
        var batch = ReservedBatch(ended: Array(shortages.keys) + free)
        batch.jobs = try InvalidateProducts.pending(for: plan.soldOut) + plan.mails.map { try $0.job() }
        var writes = plan.writes(settings)
        writes.add(batch.jobs)
        for request in requests where shortages[request.orderID] != nil || free.contains(request.orderID) {
            writes.add(request.completion)
        }
        let results = try writes.run(in: transaction)

        var until: [Order.ID: Date] = [:]
        if !plan.held.isEmpty {
            for row in results[0].rows { until[try row["id"]] = try row["reserved_until"] as Date? }
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
