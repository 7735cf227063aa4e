import JobQueue
import Postgres

/// Statements of a transaction that go out in one pipeline, with what has to hold of their results: the caller that
/// runs them cannot forget to look.
struct CheckedWrites: PipelineMember {
    private var members: [any PipelineMember] = []

    /// Adds statements that have nothing to be checked.
    mutating func add(_ more: [SQL]) { members += more }

    mutating func add(_ statement: SQL) { members.append(statement) }

    /// Adds changes of different orders, in one statement. All of them must take place.
    mutating func add(_ changes: [OrderChange]) {
        if !changes.isEmpty { members.append(OrderChange.query(changes)) }
    }

    /// Adds changes of different payments, in one statement. All of them must take place.
    mutating func add(_ changes: [PaymentChange], captureWindow: Duration = .zero) {
        if !changes.isEmpty { members.append(PaymentChange.query(changes, captureWindow: captureWindow)) }
    }

    /// Adds jobs, to be pushed after the commit.
    mutating func add(_ jobs: [PendingJob]) { members += jobs.map(\.statement) }

    /// Adds the end of the job that brings the change. `JobFenced` is thrown when its attempt is stale.
    mutating func add(_ completion: JobCompletion?) {
        if let completion { members.append(completion) }
    }

    /// Runs them in one round trip and checks what has to hold.
    func run(in transaction: PostgresTransaction) throws {
        if !members.isEmpty { try transaction.run(self) }
    }

    func append(to statements: inout [SQL]) {
        for member in members { member.append(to: &statements) }
    }

    func output(from results: inout PipelineResults) throws {
        for member in members { _ = try member.output(from: &results) }
    }
}

extension PostgresPool {
    /// Runs a deletion of at most `size` rows again and again, until it hits fewer, so that none of them holds many
    /// locks for long. Returns how many rows went. What is deleted stays so when a later run fails or the task is
    /// canceled.
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
