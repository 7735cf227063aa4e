import Postgres
import Synchronization
import TestSupport

/// Looks every few milliseconds whether `condition` holds; for what only the server knows and signals to nobody.
/// - Returns: false when it did not hold within ten seconds.
func until(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}

/// The error `body` throws, or nil; anything but a ``PostgresError`` is passed on.
func postgresError(_ body: () async throws -> some Sendable) async throws -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch let error as PostgresError {
        return error
    }
}

/// Counts from any number of threads.
final class Tally: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}

/// Collects values from any number of threads, in order.
final class Collected<Value: Sendable>: Sendable {
    private let collected = Mutex<[Value]>([])

    var values: [Value] { collected.withLock { $0 } }

    func append(_ value: Value) { collected.withLock { $0.append(value) } }
}
