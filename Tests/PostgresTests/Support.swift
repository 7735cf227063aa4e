import Postgres
import Synchronization

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
