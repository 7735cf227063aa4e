public import Domain
public import JobQueue
public import Postgres

/// What is in the house.
public struct StockStore: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    /// A store in this database.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// Stock of one unit.
    public func stock(_ sku: SKU) async throws -> Stock? { throw StorageError.notFound("implementation yet") }
    /// Adds pieces that came in, or takes away (negative) what is lost. `nil` when the unit is unknown or so much is set aside that it cannot be taken.
    public func adjust(_ sku: SKU, by delta: Int, actor: AuditActor, reason: String) async throws -> Stock? {
        throw StorageError.notFound("implementation yet")
    }
}
