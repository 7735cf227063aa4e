import Postgres

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
            SELECT name, format('DROP INDEX CONCURRENTLY IF EXISTS %I', name) AS removal, format(creation, 'CONCURRENTLY') AS creation, attachment
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
