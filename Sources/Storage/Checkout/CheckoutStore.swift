package import Domain
import JobQueue
import Postgres
import Synchronization

/// The transactions of a checkout after an order was accepted: setting stock aside, storing the intent, settling the
/// outcome.
///
/// Everything takes arrays, because jobs wait in lists and one hot stock row locked once serves all of them; one is the
/// array of one.
/// When one element breaks a batch, each is done alone, so it fails alone. All locks are taken in one order: orders by
/// id, payments, stock rows by SKU, carts.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct CheckoutStore: Sendable {
    /// The most orders in one transaction. Longer arrays are split.
    package static let maximumBatch = 64
    /// For how long a worker that claims an overdue order or an orphaned intent keeps other workers away.
    static let claim: Duration = .seconds(30)

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let outcomes: OrderNotifier?
    let settings: ShopSettings
    private let identity: ShopIdentity

    /// A store in this database that pushes jobs, and tells clients that wait for an outcome, after its commits.
    init(
        database: PostgresPool, dispatcher: JobDispatcher, outcomes: OrderNotifier? = nil,
        settings: ShopSettings = ShopSettings(), identity: ShopIdentity
    ) {
        self.database = database
        self.dispatcher = dispatcher
        self.outcomes = outcomes
        self.settings = settings
        self.identity = identity
    }

    /// Which shop this database is of, for its payment intents. It never changes and is read once.
    package func shopIdentity() async throws -> String {
        try await identity.value(in: database)
    }

    /// The facts about an order, `nil` when there is none.
    package func load(_ orderID: Order.ID) async throws -> CheckoutSnapshot? {
        try await facts(of: [orderID]).first
    }

    /// The facts about the order that an intent is stored with, `nil` when there is none.
    package func load(intent id: PaymentIntent.ID) async throws -> CheckoutSnapshot? {
        let rows = try await database.query("SELECT order_id FROM payments WHERE provider_intent_id = \(id)")
        guard let row = rows.first else { return nil }
        return try await load(try row["order_id"])
    }

    /// The facts about several orders, in the order of their ids.
    func facts(of ids: [Order.ID]) async throws -> [CheckoutSnapshot] {
        if ids.isEmpty { return [] }
        let orders = try await database.run(LockedOrders.reading(ids))
        return orders.entries.values.map(\.facts).sorted { $0.orderID < $1.orderID }
    }

    /// What is left to do once a transaction has committed.
    func announce(_ jobs: [PendingJob], _ orders: [Order.ID]) async {
        await dispatcher.push(jobs)
        await outcomes?.publish(orders)
    }
}

/// The identity of a database's shop, once it is known.
final class ShopIdentity: Sendable {
    private let known = Mutex<String?>(nil)

    func value(in database: PostgresPool) async throws -> String {
        if let known = known.withLock({ $0 }) { return known }
        let value = try await ReconciliationStore(database: database).identity()
        known.withLock { $0 = value }
        return value
    }
}

/// Runs work in batches so that one element that cannot be done does not take the others with it.
enum BatchIsolation {
    /// Does the elements in batches of at most `size`. When a batch fails, each of its elements is done alone, so it
    /// fails alone; unless the database is away or the task is canceled, when asking for each would only take longer.
    static func run<Element: Sendable, Value: Sendable>(
        _ elements: [Element], size: Int, _ body: ([Element]) async throws -> [Value]
    ) async -> [Result<Value, any Error>] {
        var results: [Result<Value, any Error>] = []
        results.reserveCapacity(elements.count)
        var start = 0
        while start < elements.count {
            let batch = Array(elements[start..<min(start + size, elements.count)])
            results += await run(batch, body)
            start += batch.count
        }
        return results
    }

    private static func run<Element: Sendable, Value: Sendable>(
        _ batch: [Element], _ body: ([Element]) async throws -> [Value]
    ) async -> [Result<Value, any Error>] {
        do {
            return try await body(batch).map { .success($0) }
        } catch {
            guard batch.count > 1, !(error is CancellationError), !isAway(error) else {
                return batch.map { _ in .failure(error) }
            }
            var results: [Result<Value, any Error>] = []
            for element in batch { results += await run([element], body) }
            return results
        }
    }

    private static func isAway(_ error: any Error) -> Bool {
        switch (error as? PostgresError)?.code {
        case .connectFailed, .acquireTimeout, .closed: true
        default: false
        }
    }
}
