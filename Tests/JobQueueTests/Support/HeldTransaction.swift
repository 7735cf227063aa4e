import Dispatch
import Postgres
import Synchronization
import TestSupport

/// A transaction that has run its statements, or waits for a lock in one of them, and stays open until it is told to
/// end.
final class HeldTransaction: Sendable {
    private struct RolledBack: Error {}

    private final class State: Sendable {
        let gate = DispatchSemaphore(value: 0)
        let results = Mutex<[PostgresResult]?>(nil)
        let mayCommit = Mutex(true)
    }

    private let state: State
    private let task: Task<Void, any Error>

    init(_ statements: [SQL], on pool: PostgresPool) {
        let state = State()
        self.state = state
        task = Task {
            try await pool.transaction { tx in
                let results = try tx.pipeline(statements)
                state.results.withLock { $0 = results }
                // Blocks the connection's own thread, none of the cooperative pool.
                _ = state.gate.wait(timeout: .now() + 30)
                if !state.mayCommit.withLock({ $0 }) { throw RolledBack() }
            }
        }
    }

    /// What its statements gave back, once they have run.
    var results: [PostgresResult]? { state.results.withLock { $0 } }

    func waitForResults() async throws -> [PostgresResult] {
        try await eventually(within: .seconds(20), "the transaction has run its statements") { results }
    }

    func commit() async throws {
        state.gate.signal()
        try await task.value
    }

    func rollBack() async {
        state.mayCommit.withLock { $0 = false }
        state.gate.signal()
        _ = try? await task.value
    }
}
