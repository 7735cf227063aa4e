import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("Whatever the planner believes, jobs are found by their ids")
struct LedgerPlanTests {
    /// What starts and ends attempts, alone and in batches.
    private static func statements() -> [SQL] {
        let completion = JobCompletion(jobID: .new(), epoch: 1)
        return [completion.statement]
            + [1, 100].flatMap { count in
                [
                    JobLedger.starting(
                        (0..<count).map { _ in StartRequest(id: .new(), epoch: 1, superseded: []) }, process: .new()),
                    JobLedger.completing(Array(repeating: completion, count: count)),
                ]
            }
    }

    /// The tables that these statements read from end to end, and the indexes that they use.
    private static func scanned(by statements: [SQL], _ session: PostgresSession) throws -> Set<String> {
        // Counts of earlier transactions are kept back for a second otherwise.
        _ = try session.query("SELECT pg_stat_force_next_flush()")
        return try session.transaction { transaction in
            _ = try transaction.pipeline(statements)
            let rows = try transaction.query(
                """
                SELECT relname::text AS name FROM pg_class
                 WHERE relname LIKE 'jobs\\_2%' AND pg_stat_get_xact_numscans(oid) > 0
                """
            )
            return Set(try rows.map { try $0["name"] })
        }
    }

    @Test("when partitions were empty as the plan was made, and when the index of running jobs looks short")
    func plans() async throws {
        try await Engine.with { engine in
            try await engine.database.withConnection { session in
                func expectIDs(_ when: String) throws {
                    let scanned = try Self.scanned(by: Self.statements(), session)
                    #expect(
                        !scanned.isEmpty && scanned.allSatisfy { $0.hasSuffix("_pkey") }, "\(when): \(scanned.sorted())"
                    )
                }
                _ = try Self.scanned(by: Self.statements(), session)
                try session.execute(
                    """
                    INSERT INTO jobs (id, queue, name, payload, state)
                    SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0')
                            || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
                           'q', 'n', '{}', 'done' FROM generate_series(1, 20000) AS n
                    """)
                try expectIDs("with the plans of the empty table")
                try session.script("DISCARD PLANS")
                try expectIDs("with new plans")
                try session.script("ANALYZE jobs")
                try expectIDs("after ANALYZE")
            }
        }
    }
}
