package import Domain
import JobQueue
import Postgres
import Synchronization

/// Everything that becomes of an order once its stock is reserved: storing the intent, settling what the provider says,
/// ending what it refuses, and finding payments that no job follows any more.
///
/// Settling takes arrays, because jobs wait in lists and one hot stock row locked once serves all of them. All locks
/// are taken in one order: orders by id, payments, stock rows by SKU, carts.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct SettlementStore: Sendable {
    /// The most updates settled in one transaction. Longer arrays are split.
    package static let maximumBatch = 64
    /// For how long a worker that claims an orphaned intent keeps other workers away.
    static let claim: Duration = .seconds(30)

    let database: PostgresPool
    let dispatcher: JobDispatcher
    let notifier: OrderNotifier
    let settings: ShopSettings
    let identity: ShopIdentity

    /// Which shop this database is of, for its payment intents. It never changes and is read once.
    package func shopIdentity() async throws -> String {
        try await identity.value(in: database)
    }

    /// The facts about an order, `nil` when there is none.
    package func load(_ orderID: Order.ID) async throws -> CheckoutSnapshot? {
        try await LockedOrders.snapshots(of: [orderID], in: database).first
    }

    /// The facts about the order that an intent is stored with, `nil` when there is none.
    package func load(intent id: PaymentIntent.ID) async throws -> CheckoutSnapshot? {
        let rows = try await database.query("SELECT order_id FROM payments WHERE provider_intent_id = \(id)")
        guard let row = rows.first else { return nil }
        return try await load(try row["order_id"])
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
