package import Domain
import FoundationEssentials
package import JobQueue
import Postgres

/// One order that wants stock.
package struct ReservationRequest: Sendable {
    package let orderID: Order.ID
    /// Completes the checkout job in the same transaction when that ends the order: it is rejected, or costs nothing.
    /// Left alone when there is something to be paid: the job goes on.
    package let completion: JobCompletion?

    package init(orderID: Order.ID, completion: JobCompletion? = nil) {
        self.orderID = orderID
        self.completion = completion
    }
}

/// What an order that wants stock was told.
package enum ReservationOutcome: Hashable, Sendable {
    /// Everything is reserved, now or by an earlier run: pay.
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

/// Reserves stock for accepted orders, and releases that of orders whose time has run out.
///
/// Reserving takes arrays, because jobs wait in lists and one hot stock row locked once serves all of them. All locks
/// are taken in one order: orders by id, payments, stock rows by SKU, carts.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct ReservationStore: Sendable {
    /// The most orders in one transaction. Longer arrays are split.
    package static let maximumBatch = 64
    /// For how long a worker that claims an overdue order keeps other workers away.
    static let claim: Duration = .seconds(30)

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let notifier: OrderNotifier
    let products: ProductCache
    let settings: ShopSettings

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
        /// Products of which fewer pieces are left than were.
        var sold: [Product.ID] = []
    }

    private func reserveBatch(_ requests: [ReservationRequest]) async throws -> [ReservationOutcome] {
        let ids = Set(requests.map(\.orderID)).sorted()
        let batch = try await database.transaction { transaction in
            let (orders, lines, stock) = try transaction.pipeline(
                LockedOrders.locking(ids), lines(of: ids), stock(for: ids))
            let plan = try ReservationPlan(orders, lines: lines, stock: stock)
            return try apply(plan, orders, requests, transaction)
        }
        await dispatcher.push(batch.jobs)
        await notifier.publish(batch.ended)
        await products.drop(batch.sold)
        return batch.outcomes
    }

    /// What the pending ones of these orders want.
    private func lines(of ids: [Order.ID]) -> Query<[PostgresRow]> {
        Query.rows(
            """
            SELECT i.order_id, i.product_id, i.sku, i.quantity
              FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
             WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending'
            """
        ) { $0 }
    }

    /// The stock rows that they want it from, locked by SKU.
    private func stock(for ids: [Order.ID]) -> Query<[PostgresRow]> {
        Query.rows(
            """
            SELECT sku, on_hand, reserved FROM stock
             WHERE sku IN (SELECT i.sku FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
                            WHERE o.id = ANY (\(ids)::uuid[]) AND o.status = 'pending')
             ORDER BY sku
               FOR NO KEY UPDATE
            """
        ) { $0 }
    }

    private func apply(
        _ plan: ReservationPlan, _ orders: LockedOrders, _ requests: [ReservationRequest],
        _ transaction: PostgresTransaction
    ) throws -> ReservedBatch {
        let free = Set(plan.free.map(\.facts.orderID))
        let shortages = Dictionary(
            uniqueKeysWithValues: plan.rejected.map { ($0.entry.facts.orderID, $0.shortages) })
        var batch = ReservedBatch(ended: Array(shortages.keys) + free, sold: plan.sold)
        batch.jobs = try InvalidateProducts.pending(for: plan.soldOut) + plan.emails.map { try $0.job() }
        var writes = plan.writes()
        writes.add(batch.jobs)
        for request in requests where shortages[request.orderID] != nil || free.contains(request.orderID) {
            writes.add(request.completion)
        }
        let until = try transaction.pipeline(plan.decisions(settings), writes).0 ?? [:]
        batch.outcomes = requests.map { request in
            guard let facts = orders.entries[request.orderID]?.facts else { return .unknownOrder }
            if let shortages = shortages[facts.orderID] { return .rejected(shortages) }
            if free.contains(facts.orderID) { return .confirmed }
            if let until = until[facts.orderID] ?? nil { return .reserved(facts.reserved(until: until)) }
            return facts.status == .reserved ? .reserved(facts) : .settled(facts)
        }
        return batch
    }
}
