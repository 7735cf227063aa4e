import JobQueue
import Postgres

/// Statements of a transaction that go out in one pipeline, with what has to hold of their results: whoever runs them
/// cannot forget to look.
struct CheckedWrites: Sendable {
    private(set) var statements: [SQL] = []
    private var checks: [@Sendable (inout PipelineResults) throws -> Void] = []

    /// Adds whatever can travel in a pipeline and has an answer that is only to be checked: jobs to be pushed after the
    /// commit, the completion of the job that brings the change. `JobFenced` is thrown when its attempt is stale.
    mutating func add(_ member: some PipelineMember) {
        member.append(to: &statements)
        checks.append { _ = try member.output(from: &$0) }
    }

    /// Adds statements that have nothing to be checked.
    mutating func add(_ statements: [SQL]) {
        for statement in statements { add(statement) }
    }

    mutating func add(_ statement: SQL) {
        statements.append(statement)
        checks.append { _ = try $0.next() }
    }

    /// Adds changes of different orders, in one statement. All of them must take place.
    mutating func add(_ changes: [OrderChange]) {
        if changes.isEmpty { return }
        add(OrderChange.query(changes))
    }

    /// Adds changes of different payments, in one statement. All of them must take place.
    mutating func add(_ changes: [PaymentChange], captureWindow: Duration = .zero) {
        if changes.isEmpty { return }
        add(
            Query(PaymentChange.statement(changes, captureWindow: captureWindow)) {
                try PaymentChange.check($0, of: changes)
            })
    }

    /// Runs them in one round trip and checks what has to hold.
    func run(in transaction: PostgresTransaction) throws {
        try transaction.run(self)
    }
}

extension CheckedWrites: PipelineMember {
    func append(to statements: inout [SQL]) {
        statements += self.statements
    }

    /// Checks what has to hold.
    func output(from results: inout PipelineResults) throws {
        for check in checks { try check(&results) }
    }
}
