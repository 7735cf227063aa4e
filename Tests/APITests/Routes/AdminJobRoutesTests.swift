import Domain
import Foundation
import HTTPTypes
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("Operators see what failed and repair it, on record", .database(migrations: try Shop.migrations()))
struct AdminJobRoutesTests {
    private static func addDeadJob(_ shop: Shop, name: String = "checkout", order: String = UUID().uuidString) async throws -> JobID {
        let id = JobID.new()
        let errors =
            #"[{"attempt": 1, "code": "transient", "message": "the provider timed out", "process": "w1", "duration_ms": 15000, "at": "2026-01-31T12:00:00Z"}]"#
        try await shop.database.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, reason, attempts, errors)
            VALUES (\(id.rawValue), 'checkout', \(name), \(#"{"order_id": "\#(order)"}"#)::jsonb, 'dead', 'attempts_exhausted', 1, \(errors)::jsonb)
            """)
        return id
    }

    @Test func findsAndShowsADeadLetter() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            let order = UUID().uuidString.lowercased()
            let id = try await Self.addDeadJob(shop, order: order)
            _ = try await Self.addDeadJob(shop)
            let list = try await shop.send(.get, "/admin/jobs?state=dead&queue=checkout&q=\(order)", token: support.accessToken)
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

    @Test func pagesThroughJobs() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            for _ in 0..<5 { _ = try await Self.addDeadJob(shop, name: "paged") }
            let first = try await shop.send(.get, "/admin/jobs?name=paged&limit=3", token: support.accessToken)
            let cursor = try first.text("next_cursor")
            let second = try await shop.send(.get, "/admin/jobs?name=paged&limit=3&cursor=\(cursor)", token: support.accessToken)
            #expect(second["items", "1"] != nil)
            #expect(second["items", "2"] == nil)
            #expect(second["next_cursor"] == .null)
            let wrong = try await shop.send(
                .get, "/admin/jobs?state=lost&queue=a%20b&cursor=1&since=yesterday&x=1", token: support.accessToken)
            #expect(
                wrong.fieldErrors == [
                    "state:invalid_format", "queue:invalid_format", "cursor:invalid_format", "since:invalid_format", "x:unknown_field",
                ])
            let since = try await shop.send(.get, "/admin/jobs?name=paged&since=2100-01-01T00:00:00Z", token: support.accessToken)
            #expect(since["items"] == .array([]))
        }
    }

    @Test func retriesAndDiscardsOnRecord() async throws {
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
                "SELECT action FROM audit_log WHERE subject_id = \(id.description) AND actor_id = \(op.id.description) ORDER BY id")
            let actions: [String] = try log.map { try $0["action"] }
            #expect(actions == ["job.retried", "job.discarded"])
        }
    }

    @Test func listsQueuesWithTheirDepth() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            _ = try await Self.addDeadJob(shop)
            let answer = try await shop.send(.get, "/admin/queues", token: support.accessToken)
            guard case .array(let queues)? = answer["items"] else {
                Issue.record("no items")
                return
            }
            let names = queues.compactMap { queue -> String? in
                guard case .object(let fields) = queue, case .string(let name)? = fields["queue"] else { return nil }
                return name
            }
            #expect(Set(["checkout", "email", "cache"]).isSubset(of: names))
        }
    }
}
