import Logging
import Redis
import Synchronization
import TestSupport

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension RedisConfiguration {
    /// A server on 127.0.0.1.
    static func local(_ port: Int) throws -> RedisConfiguration {
        try RedisConfiguration(url: "redis://127.0.0.1:\(port)/0")
    }
}

/// A client of its own for a server, closed at the end.
func withClient<Result>(
    _ port: Int, _ change: (inout RedisConfiguration) -> Void = { _ in }, _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    var configuration = try RedisConfiguration.local(port)
    change(&configuration)
    let client = RedisClient(configuration, logger: quiet)
    do {
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}

/// What the call failed with; nil when it succeeded.
func failure<Value>(of body: () async throws(RedisError) -> Value) async -> RedisError? {
    do throws(RedisError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

extension RedisServer {
    /// Whether exactly one client waits in a blocking command.
    var hasBlockedClient: Bool {
        get async throws {
            try await send(RedisCommand("INFO", "clients")).text?.contains("blocked_clients:1\r\n") == true
        }
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}
