import Domain
import Logging
import Redis
import Resilience
import Storage
import Synchronization

/// Finds out what orders wait for, for the answers that show them. An answer is never spoilt by it: what cannot be
/// found out is left out.
final class QueueEstimator: Sendable {
    /// How long what was heard of circuit and pace is good enough for customers.
    private static let freshness: Duration = .seconds(1)

    private let orders: OrderStore
    private let circuits: CircuitReader
    let redis: RedisClient
    let prefix: String
    private let logger: Logger
    private let known = Mutex<(isAway: Bool, at: ContinuousClock.Instant)?>(nil)
    private let measured = Mutex<(pace: CheckoutPace?, at: ContinuousClock.Instant)?>(nil)

    init(orders: OrderStore, redis: RedisClient, prefix: String, logger: Logger) {
        self.orders = orders
        self.redis = redis
        self.prefix = prefix
        circuits = CircuitReader(redis: redis, prefix: prefix)
        self.logger = logger
    }

    /// By the ids of those that wait.
    func of(_ shown: [Order]) async -> [Order.ID: OrderWaiting] {
        guard shown.contains(where: \.isWaiting) else { return [:] }
        do {
            return try await orders.waiting(shown, pace: await pace(), isProviderAway: await isProviderAway())
        } catch {
            logger.warning("could not find out what orders wait for", metadata: ["error": "\(error)"])
            return [:]
        }
    }

    /// The same for one.
    func of(_ order: Order) async -> OrderWaiting? { await of([order])[order.id] }

    private func pace() async throws -> CheckoutPace? {
        if let measured = measured.withLock(\.self), .now - measured.at < Self.freshness { return measured.pace }
        let pace = try await orders.pace()
        measured.withLock { $0 = (pace, .now) }
        return pace
    }

    private func isProviderAway() async -> Bool {
        if let known = known.withLock(\.self), .now - known.at < Self.freshness { return known.isAway }
        // Without Redis it cannot be told, and a customer is not told that something fails which may work.
        guard redis.isConnected, let status = try? await circuits.status(of: Provider.payments.rawValue) else {
            return false
        }
        let isAway = status.state != .closed
        known.withLock { $0 = (isAway, .now) }
        return isAway
    }
}
