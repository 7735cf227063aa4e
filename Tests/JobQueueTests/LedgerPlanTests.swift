import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("Whatever the planner believes, a job is found by its id")
struct LedgerPlanTests {
    private func plan(_ statement: SQL, _ database: PostgresPool) async throws -> String {
        let explained: SQL = "EXPLAIN \(statement)"
        return try await database.query(explained).map { try $0["QUERY PLAN"] }.joined(separator: "\n")
    }

    private func expectIndexOfIDs(_ statement: SQL, _ database: PostgresPool) async throws {
        let plan = try await plan(statement, database)
        #expect(plan.contains("pkey"), "\(plan)")
        #expect(!plan.contains("queue_process_idx") && !plan.contains("queue_dispatch_at_idx"), "\(plan)")
        #expect(!plan.contains("Hash Join") && !plan.contains("Seq Scan on jobs_2"), "\(plan)")
    }

    @Test("when no job runs and all indexes of those that do look empty")
    func nothingRuns() async throws {
        try await Engine.with { engine in
            for rows in [0, 20_000] {
                if rows > 0 {
                    try await GeneratedRows.insert(rows, state: .done, into: engine.database)
                    try await engine.database.execute("ANALYZE jobs")
                }
                let completion = JobCompletion(jobID: .new(), epoch: 1)
                try await expectIndexOfIDs(completion.statement, engine.database)
                let request = StartRequest(id: .new(), epoch: 1, superseded: [])
                for count in [1, 100] {
                    let requests = Array(repeating: request, count: count)
                    try await expectIndexOfIDs(JobLedger.starting(requests, process: .new()), engine.database)
                    let completions = Array(repeating: completion, count: count)
                    try await expectIndexOfIDs(JobLedger.completing(completions), engine.database)
                }
            }
        }
    }
}
