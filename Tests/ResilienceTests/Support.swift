import Logging
import Redis
import TestSupport

/// Two connections, as of two processes, and a prefix of the test's own.
func withTwoProcesses(_ body: (RedisClient, RedisClient, String) async throws -> Void) async throws {
    let clients = try (0..<2).map { _ in
        RedisClient(try RedisConfiguration(url: TestEnvironment.redisURL), logger: quiet)
    }
    try await eventually("Redis is connected") { clients.allSatisfy(\.isConnected) }
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(clients[0], clients[1], "test-\(UInt64.random(in: 0...UInt64.max))"))
    } catch {
        result = .failure(error)
    }
    for client in clients { await client.close() }
    try result.get()
}

/// Says nothing: these tests cause failures.
let quiet = Logger(label: "resilience", factory: { _ in SwiftLogNoOpLogHandler() })
