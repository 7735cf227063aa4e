import Foundation
public import Postgres

/// The durable side of the queue: one row per job in PostgreSQL, the truth about its state, attempts and errors.
///
/// Redis may lose any copy of a job or hold two; a row starts only under a newer epoch and completes only under the
/// epoch that started it, so each job takes effect once.
public struct JobLedger: Sendable {
    package let database: PostgresPool

    /// A ledger in the `jobs` table of `database`.
    public init(database: PostgresPool) {
        self.database = database
    }
}

/// The ledger's tables.
public enum JobQueueMigrations {
    /// Migrations `job_queue/0001…`, forward only.
    ///
    /// - Throws: An error of Foundation when the library was installed without its resources.
    public static func set() throws -> MigrationSet {
        try MigrationSet.load(name: "job_queue", from: Bundle.module.bundleURL.appending(path: "Migrations"))
    }
}

extension JobLedger {
    /// The rows of a batch's arrays, in a form in which a plan that is made once for all batches expects few of them.
    ///
    /// Without the limit the planner expects ten rows of an array that it does not know, and joins them to a partition
    /// that was still empty when it planned, as one is at the beginning of every day, by reading that whole partition.
    /// Of a limit that it does not know it expects a tenth.
    static func batch(_ arrays: SQL, count: Int) -> SQL { "SELECT * FROM \(arrays) LIMIT \(count)" }

    /// The column `state` in a form that no partial index answers to: a row whose id is known is to be found by its id.
    ///
    /// An index of the jobs that run seems shorter to the planner than that of all ids. But it keeps an entry of every
    /// job that ever ran for as long as a transaction, a backup say, may still see it, and each statement would read
    /// them all.
    static func state(of table: SQL = "jobs") -> SQL { "(\(table).state || '')" }
}

extension JobLedger {
    /// Any number will do as long as it stays the same; advisory locks belong to one database.
    private static let advisoryLock = 4_027_301_954

    /// Builds the indexes that a migration left out for large partitions, because it would have kept everybody from
    /// writing while it scanned them. Here that goes on beside the jobs (`CREATE INDEX CONCURRENTLY`). Until they are
    /// built, only operators' views of those days are slow.
    ///
    /// Safe to repeat, also after it was cut off in the middle. Where another process is at it already, it does
    /// nothing.
    ///
    /// - Parameter progress: told of each index when it is there.
    /// - Returns: the indexes it built.
    /// - Throws: `PostgresError`, or `CancellationError` while it waits for a connection.
    @discardableResult
    public func buildMissingIndexes(progress: @escaping @Sendable (String) -> Void = { _ in }) async throws -> [String]
    {
        try await database.withConnection { session in
            try session.withLock(Self.advisoryLock) { try Self.buildMissingIndexes(session, progress) } ?? []
        }
    }

    private static func buildMissingIndexes(_ session: PostgresSession, _ progress: (String) -> Void) throws -> [String]
    {
        // A concurrent build waits for every older transaction, however long.
        try session.liftTimeouts()
        var built: [String] = []
        let missing = try session.query(
            """
            SELECT name, format('DROP INDEX CONCURRENTLY IF EXISTS %I', name) AS removal,
                   format(creation, 'CONCURRENTLY') AS creation, attachment
              FROM job_indexes_missing ORDER BY name
            """)
        for row in missing {
            // One that was cut off is there and invalid.
            try session.script(try row["removal"])
            try session.script(try row["creation"])
            try session.script(try row["attachment"])
            built.append(try row["name"])
            progress(try row["name"])
        }
        return built
    }
}
