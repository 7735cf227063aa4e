import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "Operators change dead jobs by the hundred",
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct BulkCommandTests {
    @Test("dead jobs are grouped and changed many at once")
    func groupsOfDeadJobs() async throws {
        let program = try Program.forCurrentDatabase()
        let pool = try TestDatabase.current.pool
        try await pool.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, reason, fingerprint, errors, finished_at)
            SELECT gen_random_uuid(), 'cache', 'product_cache.invalidate', '{}', 'dead', 'permanent',
                   CASE WHEN n <= 700 THEN 'many' ELSE 'few' END,
                   '[{"attempt": 1, "code": "gone", "message": "no such thing", "at": "2026-03-01T14:05:09Z"}]', now()
              FROM generate_series(1, 705) AS n
            """)
        let groups = try await program.run("jobs", "groups", "--queue", "cache").output
        let lines = groups.split(separator: "\n")
        #expect(
            lines.count >= 3 && lines[1].hasPrefix("many") && lines[1].contains("700")
                && lines[1].contains("gone: no such thing"),
            "\(groups)")
        #expect(lines[2].hasPrefix("few"))
        #expect(
            try await program.run("jobs", "list", "--fingerprint", "few", "--json").json()["items"].map {
                ($0 as? [Any])?.count
            } == 5)

        let retried = try await program.run("jobs", "retry", "--all", "--fingerprint", "many")
        #expect(retried.output == "700 jobs will run again.\n")
        let discarded = try await program.run("jobs", "discard", "--all", "--queue", "cache", "--text", "NO SUCH")
        #expect(discarded.output == "5 jobs discarded.\n")
        #expect(try await pool.query("SELECT FROM jobs WHERE queue = 'cache' AND state = 'ready'").count == 700)
        #expect(try await pool.query("SELECT FROM jobs WHERE queue = 'cache' AND state = 'discarded'").count == 5)
        let audit = try await pool.query(
            "SELECT details ->> 'changed' AS changed FROM audit_log WHERE subject_kind = 'dead_letters' ORDER BY id")
        #expect(try audit.map { try $0["changed"] } == ["500", "200", "5"])

        for wrong in [["retry"], ["retry", "--all", JobID.new().description], ["discard", "--queue", "cache"]] {
            let refused = try await program.run(["jobs"] + wrong)
            #expect(refused.status == .code(64), "\(refused.output)")
        }
    }
}
