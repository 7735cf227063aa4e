import JobQueue
import Postgres

/// Statements of a transaction that go out in one pipeline, with what has to hold of their results: whoever runs them
/// cannot forget to look.
struct CheckedWrites: Sendable {
    private(set) var statements: [SQL] = []
    private var checks: [@Sendable ([PostgresResult]) throws -> Void] = []

    /// Adds statements that have nothing to be checked.
    mutating func add(_ more: [SQL]) {
        statements += more
    }

    mutating func add(_ statement: SQL) {
        statements.append(statement)
    }

    /// Adds changes of different orders, in one statement. All of them must take place.
    mutating func add(_ changes: [OrderChange]) {
        if changes.isEmpty { return }
        add(OrderChange.statement(changes)) { try OrderChange.check($0, of: changes) }
    }

    /// Adds changes of different payments, in one statement. All of them must take place.
    mutating func add(_ changes: [PaymentChange], captureWindow: Duration = .zero) {
        if changes.isEmpty { return }
        add(PaymentChange.statement(changes, captureWindow: captureWindow)) { try PaymentChange.check($0, of: changes) }
    }

    /// Adds jobs, to be pushed after the commit.
    mutating func add(_ jobs: [PendingJob]) {
        statements += jobs.map(\.statement)
    }

    /// Adds the end of the job that brings the change. `JobFenced` is thrown when its attempt is stale.
    mutating func add(_ completion: JobCompletion?) {
        guard let completion else { return }
        add(completion.statement) { try completion.check($0) }
    }

    private mutating func add(_ statement: SQL, _ check: @escaping @Sendable (PostgresResult) throws -> Void) {
        let index = statements.count
        statements.append(statement)
        checks.append { try check($0[index]) }
    }

    /// Runs them in one round trip and checks what has to hold.
    @discardableResult
    func run(in transaction: PostgresTransaction) throws -> [PostgresResult] {
        statements.isEmpty ? [] : try transaction.run(self)
    }
}

extension CheckedWrites: PipelineMember {
    func append(to statements: inout [SQL]) { statements += self.statements }

    func output(from results: inout PipelineResults) throws -> [PostgresResult] {
        let own = try statements.map { _ in try results.next() }
        for check in checks { try check(own) }
        return own
    }
}

extension PostgresPool {
    /// Runs a deletion of at most `size` rows again and again, until it hits fewer, so that none of them holds many
    /// locks for long. Returns how many rows went. What is deleted stays so when a later run fails or the task is
    /// cancelled.
    func purge(inBatchesOf size: Int, _ deletion: SQL) async throws -> Int {
        var total = 0
        while true {
            try Task.checkCancellation()
            let deleted = try await execute(deletion)
            total += deleted
            if deleted < size { return total }
        }
    }
}
