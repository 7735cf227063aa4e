import Domain
import Foundation
import HTTPTypes
import JSON
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("Operators see what failed and repair it, on record", .database(migrations: try Shop.migrations()))
struct AdminJobRoutesTests {
    private static func addDeadJob(_ shop: Shop, name: String = "checkout", order: String = UUID().uuidString)
        async throws -> JobID
    {
        let id = JobID.new()
        let errors =
            #"""
            [{"attempt": 1, "code": "transient", "message": "the provider timed out", "process": "w1", \#
            "duration_ms": 15000, "at": "2026-01-31T12:00:00Z"}]
            """#
        try await shop.database.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, reason, attempts, errors)
            VALUES (\(id.rawValue), 'checkout', \(name), \(#"{"order_id": "\#(order)"}"#)::jsonb, 'dead',
                'attempts_exhausted', 1, \(errors)::jsonb)
            """)
        return id
    }

    @Test("an operator finds a dead letter and sees it whole")
    func findsAndShowsADeadLetter() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            let order = UUID().uuidString.lowercased()
            let id = try await Self.addDeadJob(shop, order: order)
            _ = try await Self.addDeadJob(shop)
            let list = try await shop.send(
                .get, "/admin/jobs?state=dead&queue=checkout&q=\(order)", token: support.accessToken)
            #expect(list.status == 200)
            #expect(list["items", "0", "id"] == .string(id.description))
            #expect(list["items", "0", "last_error", "message"] == .string("the provider timed out"))
            #expect(list["items", "1"] == nil)
            let job = try await shop.send(.get, "/admin/jobs/\(id)", token: support.accessToken)
            #expect(job["payload", "order_id"] == .string(order))
            #expect(job["errors", "0", "duration_ms"] == .integer(15000))
            #expect(job["reason"] == .string("attempts_exhausted"))
        }
    }

    @Test("an operator pages through jobs")
    func pagesThroughJobs() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            for _ in 0..<5 { _ = try await Self.addDeadJob(shop, name: "paged") }
            let first = try await shop.send(.get, "/admin/jobs?name=paged&limit=3", token: support.accessToken)
            let cursor = try first.text("next_cursor")
            let second = try await shop.send(
                .get, "/admin/jobs?name=paged&limit=3&cursor=\(cursor)", token: support.accessToken)
            #expect(second["items", "1"] != nil)
            #expect(second["items", "2"] == nil)
            #expect(second["next_cursor"] == .null)
            let wrong = try await shop.send(
                .get, "/admin/jobs?state=lost&queue=a%20b&cursor=1&since=yesterday&x=1", token: support.accessToken)
            #expect(
                wrong.fieldErrors == [
                    "state:invalid_format", "queue:invalid_format", "cursor:invalid_format", "since:invalid_format",
                    "x:unknown_field",
                ])
            for time in ["294277-01-01T00:00:00Z", "-4714-01-01T00:00:00Z", "99999999999-01-01T00:00:00Z"] {
                let beyond = try await shop.send(.get, "/admin/jobs?since=\(time)", token: support.accessToken)
                #expect(beyond.status == 422)
                #expect(beyond.fieldErrors == ["since:invalid_format"])
            }
            let since = try await shop.send(
                .get, "/admin/jobs?name=paged&since=2100-01-01T00:00:00Z", token: support.accessToken)
            #expect(since["items"] == .array([]))
        }
    }

    @Test("retrying and discarding leave a record")
    func retriesAndDiscardsOnRecord() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            let id = try await Self.addDeadJob(shop)
            let retried = try await shop.send(.post, "/admin/jobs/\(id)/retry", token: op.accessToken)
            #expect(retried.status == 202)
            #expect(retried["state"] == .string("ready"))
            #expect(try await shop.send(.delete, "/admin/jobs/\(id)", token: op.accessToken).status == 204)
            let again = try await shop.send(.post, "/admin/jobs/\(id)/retry", token: op.accessToken)
            #expect(again.status == 409)
            #expect(again.problem == "job_not_changeable")
            for path in ["/admin/jobs/\(UUID())", "/admin/jobs/1"] {
                #expect(try await shop.send(.delete, path, token: op.accessToken).problem == "not_found")
            }
            let log = try await shop.database.query(
                """
                SELECT action FROM audit_log WHERE subject_id = \(id.description) AND actor_id = \(op.id.description)
                  ORDER BY id
                """
            )
            let actions: [String] = try log.map { try $0["action"] }
            #expect(actions == ["job.retried", "job.discarded"])
        }
    }

    @Test("canceling leaves a record")
    func cancelsOnRecord() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            let running = try await Self.addDeadJob(shop)
            try await shop.database.execute(
                """
                UPDATE jobs SET state = 'running', reason = NULL, process = 'w1', progress = 0.25,
                    progress_message = 'a quarter', progress_at = now()
                 WHERE id = \(running)
                """)
            let answer = try await shop.send(.post, "/admin/jobs/\(running)/cancel", token: op.accessToken)
            #expect(answer.status == 202)
            #expect(answer["state"] == .string("running"))
            #expect(answer["progress", "fraction"] == .number("0.25"))
            #expect(answer["progress", "message"] == .string("a quarter"))
            #expect(try answer.text("cancel_requested_at").hasSuffix("Z"))
            let dead = try await Self.addDeadJob(shop)
            let refused = try await shop.send(.post, "/admin/jobs/\(dead)/cancel", token: op.accessToken)
            #expect(refused.status == 409)
            #expect(refused.problem == "job_not_changeable")
            let log = try await shop.database.query(
                """
                SELECT action, subject_id FROM audit_log WHERE subject_kind = 'job' AND actor_id = \(op.id.description)
                """
            )
            #expect(try log.map { try $0["action"] } == ["job.canceled"])
            #expect(try log.map { try $0["subject_id"] } == [running.description])
        }
    }

    @Test("a job whose unique key another job holds is not brought back")
    func heldUniqueKey() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            let (dead, holder) = (try await Self.addDeadJob(shop), JobID.new())
            try await shop.database.execute(
                "UPDATE jobs SET unique_key = 'k', unique_until = 'finished' WHERE id = \(dead)")
            try await shop.database.execute(
                "INSERT INTO job_unique_keys (queue, key, job_id) VALUES ('checkout', 'k', \(holder))")
            let refused = try await shop.send(.post, "/admin/jobs/\(dead)/retry", token: op.accessToken)
            #expect(refused.status == 409)
            #expect(refused.problem == "unique_key_taken")
            #expect(try refused.text("detail").contains(holder.description))
            #expect(
                try await shop.send(.get, "/admin/jobs/\(dead)", token: op.accessToken)["unique_key"] == .string("k"))
        }
    }
}
