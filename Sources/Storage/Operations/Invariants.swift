public import Postgres

/// The rules that hold between rows at every moment, as queries that find what breaks them. Tests run them after every crash; `cartwright doctor` on a live
/// system.
public struct Invariants: Sendable {
    let database: PostgresPool
    let settings: ShopSettings

    /// Checks of this database.
    public init(database: PostgresPool, settings: ShopSettings = ShopSettings()) {
        self.database = database
        self.settings = settings
    }

    /// The names of all checks.
    public static var names: [String] { [] }
    /// Runs all checks against one snapshot; empty when everything holds.
    public func check() async throws -> [InvariantViolation] { throw StorageError.notFound("implementation yet") }
}
