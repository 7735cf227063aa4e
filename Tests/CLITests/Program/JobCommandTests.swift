import Foundation
import JobQueue
import Postgres
import Redis
import Storage
import TestSupport
import Testing

@Suite(
    "Operators see dead jobs and run them again",
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct JobCommandTests {
    /// Puts a dead job into the ledger as a worker would have left it.
    private func deadJob(message: String = "the server said no") async throws -> JobID {
        let id = JobID.new()
        let errors = """
            [{"attempt": 1, "code": "smtp_refused", "message": "\(message)", "process": "host-1", "duration_ms": 42,
             "at": "2026-03-01T14:05:09Z"}]
            """
        try await TestDatabase.current.pool.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, attempts, reason, errors, started_at, finished_at)
            VALUES (\(id), 'email', 'email.order-confirmation', '{"deliveryID": "d-1"}', 'dead', 12,
                    'attempts_exhausted',
                    \(errors)::jsonb, now() - interval '2 seconds', now())
            """)
        return id
    }

    private func state(of id: JobID) async throws -> String {
        try await TestDatabase.current.pool.query("SELECT state FROM jobs WHERE id = \(id)")[0]["state"]
    }

    @Test("a retried job is ready, pushed and audited")
    func aRetriedJobIsReadyPushedAndAudited() async throws {
        let program = try Program.forCurrentDatabase()
        let id = try await deadJob()

        let troubled = try await program.run("jobs")
        #expect(troubled.status == .code(0))
        #expect(troubled.output.contains(id.description))
        #expect(troubled.output.contains("attempts_exhausted · smtp_refused: the server said no"))

        let retried = try await program.run("jobs", "retry", id.description)
        #expect(retried.status == .code(0), "\(retried.output)")
        #expect(try await state(of: id) == "ready")

        let redis = RedisClient(
            try RedisConfiguration(url: try TestEnvironment.redisURL), logger: try TestDatabase.current.logger)
        let waiting = try await redis.send(
            RedisCommand("LRANGE", "\(Program.queuePrefix(of: try TestDatabase.current)):{email}:ready", 0, -1))
        await redis.close()
        #expect(waiting.elements?.contains { $0.text?.contains(id.description) == true } == true)

        let audit = try await TestDatabase.current.pool.query(
            "SELECT actor_kind, actor_id FROM audit_log WHERE action = 'job.retried' AND subject_id = \(id.description)"
        )
        #expect(audit.count == 1)
        #expect(try audit.first?["actor_id"] == "cli:\(ProcessInfo.processInfo.userName)")
    }

    @Test("a waiting job needs attention only after a failure")
    func waitingJob()
        async throws
    {
        let program = try Program.forCurrentDatabase()
        let (failed, untried) = (JobID.new(), JobID.new())
        try await TestDatabase.current.pool.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, errors)
            VALUES (\(failed), 'email', 'email.order-confirmation', '{}', 'ready',
                    '[{"attempt": 1, "code": "transient", "message": "no route", "at": "2026-03-01T14:05:09Z"}]'),
                   (\(untried), 'email', 'email.order-confirmation', '{"attempt": 1}', 'ready', '[]')
            """)
        let troubled = try await program.run("jobs", "--limit", "200").output
        #expect(troubled.contains(failed.description))
        #expect(!troubled.contains(untried.description))
    }

    @Test("a discarded job cannot be retried")
    func aDiscardedJobCannotBeRetried() async throws {
        let program = try Program.forCurrentDatabase()
        let id = try await deadJob()
        #expect(try await program.run("jobs", "discard", id.description).status == .code(0))
        #expect(try await state(of: id) == "discarded")
        let refused = try await program.run("jobs", "retry", id.description)
        #expect(refused.status == .code(1))
        #expect(refused.output.contains("is discarded"))
        #expect(try await state(of: id) == "discarded")
    }

    @Test("one job that refuses does not hold up the others")
    func refusingJob()
        async throws
    {
        let program = try Program.forCurrentDatabase()
        let id = try await deadJob()
        let mixed = try await program.run("jobs", "retry", JobID.new().description, id.description)
        #expect(mixed.status == .code(1))
        #expect(mixed.output.contains("1 of 2 jobs left as before."))
        #expect(try await state(of: id) == "ready")
    }

    @Test("a job is shown with payload and errors")
    func aJobIsShownWithPayloadAndErrors() async throws {
        let program = try Program.forCurrentDatabase()
        let id = try await deadJob()
        let text = try await program.run("jobs", "show", id.description).output
        for part in ["email.order-confirmation", #"{"deliveryID": "d-1"}"#, "42 ms", "the server said no"] {
            #expect(text.contains(part), "\(part)")
        }
        let json = try await program.run("jobs", "show", id.description, "--json").json()
        #expect((json["payload"] as? [String: Any])?["deliveryID"] as? String == "d-1")
        #expect((json["errors"] as? [[String: Any]])?.first?["duration_ms"] as? Int == 42)
    }

    @Test("lists are filtered and paged")
    func listsAreFilteredAndPaged() async throws {
        let program = try Program.forCurrentDatabase()
        let mark = UUID().uuidString
        var ids: [String] = []
        for _ in 0..<3 { ids.append(try await deadJob(message: mark).description) }
        let first = try await program.run("jobs", "list", "--text", mark, "--limit", "2", "--json").json()
        #expect((first["items"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == [ids[2], ids[1]])
        let cursor = try #require(first["next_cursor"] as? String)
        let rest = try await program.run("jobs", "list", "--text", mark, "--cursor", cursor, "--json").json()
        #expect((rest["items"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == [ids[0]])
        #expect(rest["next_cursor"] is String == false)
        #expect(
            try await program.run("jobs", "list", "--text", mark, "--state", "running").output == "No job matches.\n")
    }

    @Test("a paused queue says so")
    func aPausedQueueSaysSo() async throws {
        let program = try Program.forCurrentDatabase()
        #expect(try await program.run("queues", "pause", "email").status == .code(0))
        #expect(try await program.run("queues").output.contains("paused"))
        #expect(try await program.run("queues", "resume", "email").status == .code(0))
        #expect(try await program.run("queues").output.contains("paused") == false)
        let slip = try await program.run("queues", "pause", "emial")
        #expect(slip.status == .code(1))
        #expect(slip.output.contains("Queues: cache, checkout, email"))
    }
    @Test("a running job says how far it is and is canceled")
    func runningJob()
        async throws
    {
        let program = try Program.forCurrentDatabase()
        let id = try await deadJob()
        try await TestDatabase.current.pool.execute(
            """
            UPDATE jobs SET state = 'running', reason = NULL, process = 'w1', progress = 0.409,
                progress_message = '409 of 1,000', progress_at = now()
             WHERE id = \(id)
            """)
        #expect(try await program.run("jobs", "list", "--state", "running").output.contains("40 %: 409 of 1,000"))
        #expect(try await program.run("jobs", "cancel", id.description).status == .code(0))
        let shown = try await program.run("jobs", "show", id.description).output
        #expect(shown.contains("40 %: 409 of 1,000"))
        #expect(shown.contains("Cancel asked"))
        #expect(try await state(of: id) == "running")
        let refused = try await program.run("jobs", "cancel", try await deadJob().description)
        #expect(refused.status == .code(1))
        #expect(refused.output.contains("only running and waiting jobs can be canceled"))
    }

    @Test("limits of a queue are set and shown")
    func limitsOfAQueueAreSetAndShown() async throws {
        let program = try Program.forCurrentDatabase()
        #expect(
            try await program.run("queues", "set", "checkout", "--concurrency", "9", "--rate", "0.5", "--burst", "4")
                .output
                == "checkout: 9 at once; 0.5/s, burst 4.\n")
        #expect(try await program.run("queues").output.contains("9 at once; 0.5/s, burst 4"))
        #expect(
            try await program.run("queues", "set", "checkout", "--concurrency", "none").output
                == "checkout: 0.5/s, burst 4.\n")
        #expect(
            try await program.run("queues", "set", "checkout", "--rate", "none").output == "checkout: no limits set.\n")
        for wrong in [["--concurrency", "0"], ["--rate", "fast"], ["--burst", "3"], []] {
            #expect(try await program.run(["queues", "set", "checkout"] + wrong).status == .code(64))
        }
        #expect(try await program.run("queues", "set", "chekout", "--rate", "1").status == .code(1))
    }
}
