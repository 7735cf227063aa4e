import Foundation
import Logging
import Postgres

/// Looks into `pg_stat_activity` twenty times a second: how many connections the workers have, how many of them are
/// within a transaction, and for how long one has been.
struct DatabaseWatch: Sendable {
    /// The extremes of all looks.
    struct Seen: Sendable {
        var looks = 0
        var connections = 0
        var inTransaction = 0
        var sumInTransaction = 0
        /// Of the longest transaction, in milliseconds.
        var longest = 0.0
    }

    private let pool: PostgresPool

    init(url: String, logger: Logger) throws {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = 1
        configuration.applicationName = "order-throughput"
        pool = PostgresPool(configuration, logger: logger)
    }

    /// Looks until the work is done.
    func during<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> (Value, Seen) {
        try await withThrowingTaskGroup(of: Seen.self) { group in
            group.addTask {
                var seen = Seen()
                while !Task.isCancelled {
                    try await look(&seen)
                    try? await Task.sleep(for: .milliseconds(50))
                }
                return seen
            }
            let value = try await work()
            group.cancelAll()
            return (value, try await group.next() ?? Seen())
        }
    }

    func close() async { await pool.close() }

    private func look(_ seen: inout Seen) async throws {
        // The clock is the server's; a transaction's own now() would not move with it.
        let rows = try await pool.query(
            """
            SELECT count(*), count(*) FILTER (WHERE xact_start IS NOT NULL),
                   coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::float8
            FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'cartwright-worker'
            """)
        let (connections, busy, longest): (Int, Int, Double) = (try rows[0][0], try rows[0][1], try rows[0][2])
        seen.looks += 1
        seen.connections = max(seen.connections, connections)
        seen.inTransaction = max(seen.inTransaction, busy)
        seen.sumInTransaction += busy
        seen.longest = max(seen.longest, longest)
    }
}
