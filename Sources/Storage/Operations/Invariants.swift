package import Postgres

/// The rules that hold between rows at every moment, as queries that find what breaks them.
///
/// Tests run them after every crash; `cartwright doctor` on a live system.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct Invariants: Sendable {
    /// How many ids a violation names.
    package static let maximumIDs = 20

    private let database: PostgresPool
    private let checks: [InvariantCheck]

    /// Checks of this database.
    ///
    /// - Parameter timeLimit: how long an order may wait, or be overdue, before it counts as stuck.
    package init(database: PostgresPool, timeLimit: Duration = .seconds(3600)) {
        self.database = database
        checks = InvariantCheck.all(limit: timeLimit)
    }

    /// The names of all checks, in the order they run.
    package static var names: [String] { InvariantCheck.all(limit: .zero).map(\.name) }

    /// Runs all checks against one snapshot; empty when everything holds.
    package func check() async throws -> [InvariantViolation] {
        let checks = checks
        let results = try await database.transaction { transaction in
            _ = try transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return try transaction.pipeline(
                checks.map { check in Query.rows(check.violations) { try $0["id"] as String } })
        }
        return zip(checks, results).compactMap { check, ids in
            ids.isEmpty
                ? nil : InvariantViolation(name: check.name, rule: check.rule, ids: Array(ids.prefix(Self.maximumIDs)))
        }
    }
}

/// A broken rule and the first rows that break it.
package struct InvariantViolation: Hashable, Sendable {
    /// Stable name of the rule.
    package let name: String
    /// What should hold, in one sentence.
    package let rule: String
    /// Ids of at most 20 rows that break it.
    package let ids: [String]
}
