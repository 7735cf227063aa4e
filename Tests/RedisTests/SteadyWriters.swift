import Redis
import Synchronization
import TestSupport

/// Tasks that write one after the other the numbers 1, 2, 3, … each to a key of its own, and repeat what failed: as
/// idempotent writes may be.
final class SteadyWriters: Sendable {
    struct Books: Sendable {
        /// The last number that Redis said it has, by key.
        var acknowledged: [String: Int] = [:]
        var lastSuccess: [String: ContinuousClock.Instant] = [:]
        var failures: [String: Int] = [:]
        /// Errors that say that trying again is of no use.
        var wrong: [RedisError] = []
    }

    let keys: [String]
    private let state = Mutex(Books())

    init(_ count: Int = 20) {
        keys = (0..<count).map { "writer:\($0)" }
    }

    var books: Books { state.withLock { $0 } }

    /// Writes while `body` runs.
    func run<Value: Sendable>(on client: RedisClient, while body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys { group.addTask { await self.write(key, client) } }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Whether all keys have been written since this moment.
    func allWritten(since moment: ContinuousClock.Instant, keys some: [String]? = nil) -> Bool {
        let books = books
        return (some ?? keys).allSatisfy { books.lastSuccess[$0].map { $0 > moment } ?? false }
    }

    private func write(_ key: String, _ client: RedisClient) async {
        var number = 1
        while !Task.isCancelled {
            let sent = ContinuousClock.now
            let error = await failure { () async throws(RedisError) in
                try await client.send(RedisCommand("SET", .init(key), .init(number)))
            }
            state.withLock { books in
                if let error {
                    books.failures[key, default: 0] += 1
                    if !error.isTransient && !error.maybeExecuted { books.wrong.append(error) }
                } else {
                    books.acknowledged[key] = number
                    books.lastSuccess[key] = sent
                }
            }
            if error == nil { number += 1 }
            try? await letTimePass(.milliseconds(2), because: "a steady load, not all that Redis can take")
        }
    }
}
