import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("Whatever the planner believes, dead letters are read from their own indexes")
struct DeadLetterPlanTests {
    /// What the planner would do with the page's statement.
    private func plan(_ listing: JobListing, _ database: PostgresPool) async throws -> String {
        let plan = Query.rows("EXPLAIN \(listing.statement(columns: JobDetail.columns))") { row in
            try row["QUERY PLAN"] as String
        }
        return try await database.pipeline(DeadLetterIndex.planning, plan).1.joined(separator: "\n")
    }

    private func expect(_ filter: JobFilter, index: String, _ engine: Engine) async throws {
        for cursor in [nil, JobID.new()] {
            let listing = JobListing(filter, after: cursor, limit: 50)
            let plan = try await plan(listing, engine.database)
            // The page itself sorts what is left.
            let lines = plan.split(separator: "\n").drop { !$0.contains("CTE candidate") }.prefix {
                !$0.contains("Nested Loop")
            }
            let candidates = lines.joined(separator: "\n")
            #expect(candidates.contains(index), "\(plan)")
            #expect(
                !candidates.contains("Seq Scan") && !candidates.contains("->  Sort") && !candidates.contains("pkey"),
                "\(plan)")
            _ = try await engine.inspector.list(
                filter, limit: 50, after: cursor.map { JobCursor(.ledger(before: $0), of: filter) })
        }
    }

    @Test("a hundred thousand dead letters are read by index", .timeLimit(.minutes(3)))
    func aHundredThousandOfThem()
        async throws
    {
        try await Engine.with { engine in
            // As bad as it gets: those that are looked for are older than all others.
            try await GeneratedRows.insert(
                2_000, queue: Task2.queue, name: Task2.name, fingerprint: "old", endingAge: 300_000,
                into: engine.database)
            try await GeneratedRows.insert(98_000, fingerprint: "new", endingAge: 100_000, into: engine.database)
            try await GeneratedRows.insert(
                50_000, state: .parked, queue: "third", name: "third", fingerprint: "parked", into: engine.database)
            try await GeneratedRows.insert(50_000, state: .done, into: engine.database)
            for round in 0..<2 {
                if round == 1 { try await engine.database.execute("ANALYZE jobs") }
                try await expect(JobFilter(state: .dead), index: "dead_by_state", engine)
                try await expect(
                    JobFilter(state: .parked, since: Date().addingTimeInterval(-60)), index: "dead_by_state", engine)
                for queue in [Task1.queue, Task2.queue, "third", "a", "zzz"] {
                    try await expect(JobFilter(state: .dead, queue: queue), index: "dead_by_queue", engine)
                }
                try await expect(
                    JobFilter(state: .dead, queue: Task2.queue, name: Task2.name), index: "dead_by_name", engine)
                for fingerprint in ["old", "new", "none"] {
                    try await expect(
                        JobFilter(queue: Task2.queue, fingerprint: fingerprint), index: "dead_by_fingerprint", engine)
                }
                try await expect(JobFilter(state: .dead, text: "absent"), index: "dead_by_state", engine)
            }
            #expect(try await engine.inspector.list(JobFilter(fingerprint: "old"), limit: 200).items.count == 200)
            let groups = try await engine.inspector.deadGroups()
            #expect(groups.map(\.fingerprint) == ["new", "old"])
            #expect(groups.map(\.count) == [98_000, 2_000])
        }
    }

    @Test("cancel requests are read from their own index")
    func cancelRequests() async throws {
        try await Engine.with { engine in
            try await GeneratedRows.insert(5_000, state: .running, into: engine.database)
            try await GeneratedRows.insert(5_000, state: .done, endingAge: 10_000, into: engine.database)
            try await engine.database.execute("ANALYZE jobs")
            let plan = try await engine.database.query(
                """
                EXPLAIN SELECT id, epoch FROM jobs
                 WHERE state = 'running' AND cancel_requested_at IS NOT NULL AND process = ANY (\(["p"])::text[])
                """
            ).map { try $0["QUERY PLAN"] as String }.joined(separator: "\n")
            #expect(plan.contains("_cancelled"), "\(plan)")
            // An empty day is read as it is.
            #expect(
                plan.split(separator: "\n").allSatisfy { !$0.contains("Seq Scan") || $0.contains("cost=0.00..0.00") },
                "\(plan)")
        }
    }
}
