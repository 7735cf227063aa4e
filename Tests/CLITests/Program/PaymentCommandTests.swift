import Domain
import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "Operators see where books differ from the command line", .serialized,
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct PaymentCommandTests {
    private var store: ReconciliationStore {
        get throws { ReconciliationStore(database: try TestDatabase.current.pool) }
    }

    private func note(_ kind: BreakKind, _ id: String) async throws -> ReconciliationBreak {
        try await store.note(
            ReconciliationFinding(
                kind, .intent, id, orderID: Order.ID(), amount: Money(1999, .usd), reason: "It is odd.",
                resolution: .askOperator))
    }

    @Test("an operator lists breaks and resolves them, on record")
    func listsAndResolvesOnRecord() async throws {
        let program = try Program.forCurrentDatabase()
        #expect(try await program.run("payments").output.contains("No break matches."))
        let (odd, other) = (try await note(.amountDiffers, "pi_odd"), try await note(.foreign, "pi_other"))
        let list = try await program.run("payments", "breaks", "--kind", "amount_differs")
        #expect(list.status == .code(0))
        #expect(
            list.output.contains("pi_odd") && list.output.contains("19.99 USD") && !list.output.contains("pi_other"))
        let json = try await program.run("payments", "breaks", "--json", "--limit", "1").json()
        #expect((json["items"] as? [[String: Any]])?.first?["kind"] as? String == "foreign")
        let cursor = try #require(json["next_cursor"] as? String)
        let rest = try await program.run("payments", "breaks", "--json", "--cursor", cursor).json()
        #expect(try await program.run("payments", "breaks", "--cursor", other.id.description).status == .code(1))
        #expect(try await program.run("payments", "breaks", "--all", "--cursor", cursor).status == .code(1))
        #expect((rest["items"] as? [[String: Any]])?.map { $0["provider_id"] as? String } == ["pi_odd"])

        let resolved = try await program.run("payments", "resolve", odd.id.description, "--note", "The bank agrees.")
        #expect(resolved.status == .code(0) && resolved.output.contains("resolved"))
        #expect(try await program.run("payments", "breaks", "--all").output.contains("The bank agrees."))
        let left = try await program.run("payments").output
        #expect(left.contains("pi_other") && !left.contains("pi_odd"))
        #expect(try await program.run("payments", "resolve", other.id.description, "--note", "").status == .code(64))
        #expect(try await program.run("payments", "resolve", UUID().uuidString, "--note", "x").status == .code(1))
        #expect(try await program.run("payments", "resolve", "none", "--note", "x").status == .code(64))
        #expect(try await program.run("payments", "breaks", "--kind", "odd").status == .code(64))
        let log = try await TestDatabase.current.pool.query(
            "SELECT subject_id FROM audit_log WHERE action = 'reconciliation.resolved'")
        #expect(try log.map { try $0["subject_id"] as String } == [odd.id.description])

        let doctor = try await program.run("doctor").output
        #expect(doctor.contains("differ: 1 foreign"))
        #expect(doctor.contains("were never compared"))
        #expect(!doctor.contains("could not be matched"))
        try await TestDatabase.current.pool.execute(
            """
            INSERT INTO webhook_events (provider, event_id, type, livemode, occurred_at, handled_at, outcome)
            VALUES ('stripe', 'evt_odd', 'charge.refunded', false, now(), now(), 'mismatch')
            """)
        #expect(try await program.run("doctor").output.contains("1 event of the provider could not be matched"))
    }

    @Test("discarding a job says what it leaves behind; its event can be replayed or ignored, with a reason on record")
    func eventsHaveStatesOfTheirOwn() async throws {
        let program = try Program.forCurrentDatabase()
        let pool = try TestDatabase.current.pool
        let id = "evt_\(UUID().uuidString)"
        let job = JobID.new()
        try await pool.execute(
            """
            INSERT INTO webhook_events (provider, event_id, type, livemode, object_id, occurred_at, received_at,
                payload)
            VALUES ('stripe', \(id), 'charge.refunded', false, 'ch_1', now(), now() - interval '2 hours', '{}')
            """)
        try await pool.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, reason, finished_at)
            VALUES (\(job), 'webhooks', 'payment_event.process', jsonb_build_object('eventID', \(id)::text), 'dead',
                'permanent', now())
            """)
        let refused = try await program.run("jobs", "discard", job.description)
        #expect(
            refused.status == .code(1) && refused.output.contains(id) && refused.output.contains("--confirm"),
            "\(refused.output)")
        #expect(
            try await program.run("jobs", "show", job.description).output.contains(
                "If it is discarded: The event \(id)"))
        #expect(try await program.run("doctor").output.contains("broken: Every event"))
        #expect(try await program.run("jobs", "discard", "--confirm", job.description).status == .code(0))
        let ignored = try await program.run("payments", "events", "--state", "ignored")
        #expect(ignored.output.contains(id) && ignored.output.contains("Its job was discarded."))
        #expect(try await !program.run("doctor").output.contains("broken: Every event"), "not red for ever")
        #expect(try await program.run("payments", "replay", id).output == "\(id) will be acted on again\n")
        #expect(try await program.run("payments", "events", "--state", "waiting", "--json").output.contains(id))
        #expect(try await program.run("payments", "ignore", id, "--note", "of the old shop").status == .code(0))
        #expect(try await program.run("payments", "replay", "--all", "--state", "ignored").status == .code(0))
        #expect(try await program.run("payments", "ignore", "evt_none", "--note", "x").status == .code(1))
        for wrong in [
            ["replay"], ["replay", "--all", id], ["replay", "--all", "--state", "handled"],
            ["ignore", id, "--note", ""],
        ] {
            #expect(try await program.run(["payments"] + wrong).status == .code(64))
        }
        let log = try await pool.query("SELECT action FROM audit_log WHERE action LIKE 'webhook_event%' ORDER BY id")
        #expect(
            try log.map { try $0["action"] as String } == [
                "webhook_event.replayed", "webhook_event.ignored", "webhook_events.replayed",
            ])
        try await pool.execute("DELETE FROM webhook_events WHERE event_id = \(id)")
    }

    /// The job that waits, which is taken away.
    private func scheduled() async throws -> ReconcilePayments {
        let rows = try await TestDatabase.current.pool.query(
            "DELETE FROM jobs WHERE name = 'payments.reconcile' RETURNING payload::text AS payload")
        let payload: String = try #require(rows.first)["payload"]
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(ReconcilePayments.self, from: Data(payload.utf8))
    }

    @Test("a comparison runs as a job, and its result is told")
    func comparison()
        async throws
    {
        let program = try Program.forCurrentDatabase()
        let pool = try TestDatabase.current.pool
        let onItsWay = try await program.run("payments", "reconcile", "--since", "3h", "--no-wait")
        #expect(onItsWay.status == .code(0) && onItsWay.output.contains("is on its way"))
        let patient = try await scheduled()
        #expect(patient.isHurried == false)
        guard case .since(let time) = patient.scope else {
            Issue.record("\(patient.scope)")
            return
        }
        #expect(abs(time.timeIntervalSinceNow + 3 * 3600) < 60)
        _ = try await program.run("payments", "reconcile", "--no-wait", "--without-delay")
        #expect(try await scheduled().isHurried)
        _ = try await note(.ahead, "pi_1")
        // A worker takes the job and comes to an end, as it does in a shop.
        for (ending, status, words) in [("done", 3, "open"), ("dead", 1, "failed")] {
            async let run = program.run("payments", "reconcile", "--since", "1h")
            try await eventually(within: .seconds(20), "the job is there") {
                try await pool.execute(
                    """
                    UPDATE jobs SET state = \(ending), finished_at = now(),
                        reason = \(ending == "dead" ? "attempts_exhausted" : nil as String?)
                      WHERE name = 'payments.reconcile' AND state = 'ready'
                    """) == 1
            }
            let result = try await run
            #expect(result.status == .code(Int32(status)), "\(result.output)")
            #expect(result.output.contains(words), "\(result.output)")
        }
        #expect(try await program.run("payments", "reconcile", "--since", "soon").status == .code(64))
    }
}
