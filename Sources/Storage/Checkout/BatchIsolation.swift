import Postgres

/// Runs work in batches so that one element that cannot be done does not take the others with it.
enum BatchIsolation {
    /// Does the elements in batches of at most `size`. When a batch fails, each of its elements is done alone, so it
    /// fails alone; unless the database is away or the task is canceled, when asking for each would only take longer.
    static func run<Element: Sendable, Value: Sendable>(
        _ elements: [Element], size: Int, _ body: ([Element]) async throws -> [Value]
    ) async -> [Result<Value, any Error>] {
        var results: [Result<Value, any Error>] = []
        results.reserveCapacity(elements.count)
        var start = 0
        while start < elements.count {
            let batch = Array(elements[start..<min(start + size, elements.count)])
            results += await run(batch, body)
            start += batch.count
        }
        return results
    }

    private static func run<Element: Sendable, Value: Sendable>(
        _ batch: [Element], _ body: ([Element]) async throws -> [Value]
    ) async -> [Result<Value, any Error>] {
        do {
            return try await body(batch).map { .success($0) }
        } catch {
            guard batch.count > 1, !(error is CancellationError), !isAway(error) else {
                return batch.map { _ in .failure(error) }
            }
            var results: [Result<Value, any Error>] = []
            for element in batch { results += await run([element], body) }
            return results
        }
    }

    private static func isAway(_ error: any Error) -> Bool {
        switch (error as? PostgresError)?.code {
        case .connectFailed, .acquireTimeout, .closed: true
        default: false
        }
    }
}
