import Postgres
import Synchronization

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
