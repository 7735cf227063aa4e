public import Postgres

/// The durable side of the queue: one row per job in PostgreSQL, the truth about its state, attempts and errors.
///
/// Redis may lose any copy of a job or hold two; a row starts only under a newer epoch and completes only under the
/// epoch that started it, so each job takes effect once.
public struct JobLedger: Sendable {
    let database: PostgresPool

    /// A ledger in the `jobs` table of `database`.
    public init(database: PostgresPool) {
        self.database = database
    }
}
