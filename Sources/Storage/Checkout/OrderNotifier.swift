package import Domain
package import Redis
import Synchronization

/// Tells API processes that wait for an order's outcome that the order changed, over Redis' publish/subscribe (channel
/// `cw:outcomes`).
///
/// What is published while a connection is down is lost, so a message is only a hint to look: an API process that waits
/// also looks from time to time.
package final class OrderNotifier: Sendable {
    private struct Waiters {
        var lastID: UInt64 = 0
        var byOrder: [Order.ID: [UInt64: AsyncStream<Void>.Continuation]] = [:]
    }

    private let redis: RedisClient
    private let subscriber: RedisSubscriber?
    private let channel: String
    private let waiters = Mutex(Waiters())

    /// A bus that publishes through one connection and listens on another. Processes that only publish need no
    /// subscriber.
    package init(redis: RedisClient, subscriber: RedisSubscriber? = nil, prefix: String = "cw") {
        self.redis = redis
        self.subscriber = subscriber
        channel = "\(prefix):outcomes"
    }

    /// Says that these orders changed. Never throws: the changes are in the database.
    package func publish(_ orderIDs: [Order.ID]) async {
        guard !orderIDs.isEmpty, redis.isConnected else { return }
        let payload = orderIDs.map(\.description).joined(separator: " ")
        _ = try? await redis.send(RedisCommand("PUBLISH", RedisArgument(channel), RedisArgument(payload)))
    }

    /// Delivers messages to those who wait, until its task is canceled or the subscriber closed. An API process runs
    /// one.
    package func run() async {
        guard let subscriber else { return }
        for await message in subscriber.subscribe(to: [channel]) {
            for id in (message.text ?? "").split(separator: " ").compactMap({ Order.ID($0) }) { wake(id) }
        }
    }

    /// Waits for a hint about an order: `true` when there was one, `false` when the time is up or the task was
    /// canceled.
    ///
    /// Listens from the first moment of the call on. Call it, then look into the database, then await it; no change
    /// can fall between.
    package func wait(for orderID: Order.ID, atMost limit: Duration) async -> Bool {
        let (hints, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = register(continuation, for: orderID)
        defer { unregister(id, for: orderID) }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await hints.first { _ in true } != nil }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func wake(_ orderID: Order.ID) {
        let continuations = waiters.withLock { Array(($0.byOrder[orderID] ?? [:]).values) }
        for continuation in continuations { continuation.yield() }
    }

    private func register(_ continuation: AsyncStream<Void>.Continuation, for orderID: Order.ID) -> UInt64 {
        waiters.withLock {
            $0.lastID += 1
            $0.byOrder[orderID, default: [:]][$0.lastID] = continuation
            return $0.lastID
        }
    }

    private func unregister(_ id: UInt64, for orderID: Order.ID) {
        waiters.withLock {
            $0.byOrder[orderID]?[id] = nil
            if $0.byOrder[orderID]?.isEmpty == true { $0.byOrder[orderID] = nil }
        }
    }
}
