package import Domain
import JobQueue
import Postgres

/// The transactions of a checkout after an order was accepted: setting stock aside, storing the intent, settling the
/// outcome.
///
/// Everything takes arrays, because jobs wait in lists and one hot stock row locked once serves all of them; one is the
/// array of one.
/// When one element breaks a batch, each is done alone, so it fails alone. All locks are taken in one order: orders by
/// id, payments, stock rows by SKU, carts.
package struct CheckoutStore: Sendable {
    /// The most orders in one transaction. Longer arrays are split.
    package static let maximumBatch = 64
    /// How long whoever claims an overdue order or an orphaned intent keeps others away.
    static let claim: Duration = .seconds(30)

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let outcomes: OrderNotifier?
    let settings: ShopSettings
    private let identity: ShopIdentity

    /// A store in this database that pushes jobs, and tells whoever waits for an outcome, after its commits.
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
        let results = try await database.pipeline(LockedOrders.unlockedStatements(ids))
        let orders = try LockedOrders(orders: results[0].rows, payments: results[1].rows)
        return orders.entries.values.map(\.facts).sorted { $0.orderID < $1.orderID }
    }

    /// What is left to do once a transaction has committed.
    func announce(_ jobs: [PendingJob], _ orders: [Order.ID]) async {
        await dispatcher.push(jobs)
        await outcomes?.publish(orders)
    }
}
