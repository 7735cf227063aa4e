import Domain
import Foundation
import HTTPTypes
import JSON
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(
    "Operators see dead letters in groups and change many at once, on record",
    .database(migrations: try Shop.migrations()))
struct AdminDeadLetterRoutesTests {
    private static func addDeadJobs(
        _ count: Int, fingerprint: String, queue: QueueName, name: String = "order.checkout", _ shop: Shop
    )
        async throws
    {
        try await shop.database.execute(
            """
            INSERT INTO jobs (id, queue, name, payload, state, reason, fingerprint, attempts, errors, finished_at)
            SELECT gen_random_uuid(), \(queue)::text, \(name)::text, '{}', 'dead', 'permanent', \(fingerprint)::text, 1,
                   '[{"attempt": 1, "code": "card_unknown", "message": "no such card", "at": "2026-01-31T12:00:00Z"}]',
                   now()
              FROM generate_series(1, \(count)::bigint)
            """)
    }

    private static func count(_ state: String, _ fingerprint: String?, _ shop: Shop) async throws -> Int {
        try await shop.database.query(
            """
            SELECT count(*) AS count FROM jobs
             WHERE state = \(state) AND fingerprint IS NOT DISTINCT FROM \(fingerprint)::text
            """
        )[0][
            "count"]
    }

    @Test("a group tells its error and leads to its jobs")
    func groups() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            try await Self.addDeadJobs(3, fingerprint: "group-a", queue: "groups", shop)
            try await Self.addDeadJobs(5, fingerprint: "group-b", queue: "groups", name: "checkout.other", shop)
            let groups = try await shop.send(
                .get, "/admin/dead-letters/groups?queue=groups&limit=1", token: support.accessToken)
            #expect(groups.status == 200)
            #expect(groups["items", "0", "fingerprint"] == .string("group-b"))
            #expect(groups["items", "0", "name"] == .string("checkout.other"))
            #expect(groups["items", "0", "count"] == .integer(5))
            #expect(groups["items", "0", "code"] == .string("card_unknown"))
            #expect(groups["items", "0", "message"] == .string("no such card"))
            #expect(groups["items", "1"] == nil)
            let jobs = try await shop.send(.get, "/admin/jobs?fingerprint=group-a", token: support.accessToken)
            #expect(jobs["items", "2", "fingerprint"] == .string("group-a"))
            #expect(jobs["items", "3"] == nil)
            #expect(jobs["cut"] == .bool(false))
            #expect(
                try await shop.send(.get, "/admin/dead-letters/groups?queue=email", token: support.accessToken)["items"]
                    == .array([]))
            let wrong = try await shop.send(
                .get, "/admin/dead-letters/groups?queue=a%20b&limit=0&x=1", token: support.accessToken)
            #expect(wrong.fieldErrors == ["queue:invalid_format", "limit:out_of_range", "x:unknown_field"])
        }
    }

    @Test("an operator retries or discards all that match")
    func retriesAndDiscardsAllThatMatch() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            try await Self.addDeadJobs(1_200, fingerprint: "many", queue: "bulk", shop)
            try await Self.addDeadJobs(4, fingerprint: "few", queue: "bulk", shop)
            let first = try await shop.send(
                .post, "/admin/dead-letters/retry", #"{"fingerprint": "many", "limit": 600}"#, token: op.accessToken)
            #expect(first.status == 200)
            #expect(first["changed"] == .integer(1_000))
            #expect(first["left"] == .integer(0))
            let cursor = try first.text("next_cursor")
            let rest = try await shop.send(
                .post, "/admin/dead-letters/retry", #"{"fingerprint": "many", "cursor": "\#(cursor)"}"#,
                token: op.accessToken)
            #expect(rest["changed"] == .integer(200))
            #expect(rest["next_cursor"] == .null)
            #expect(try await Self.count("dead", "many", shop) == 0)
            #expect(try await Self.count("dead", "few", shop) == 4)
            let discarded = try await shop.send(
                .post, "/admin/dead-letters/discard", #"{"queue": "bulk", "fingerprint": "few"}"#, token: op.accessToken
            )
            #expect(discarded["changed"] == .integer(4))
            #expect(try await Self.count("discarded", "few", shop) == 4)
            let log = try await shop.database.query(
                """
                SELECT action, subject_id, details ->> 'fingerprint' AS fingerprint, details ->> 'changed' AS changed
                  FROM audit_log WHERE subject_kind = 'dead_letters' AND actor_id = \(op.id.description) ORDER BY id
                """)
            // A note for each batch, in its transaction.
            #expect(
                try log.map { try $0["action"] }
                    == [
                        "dead_letters.retried", "dead_letters.retried", "dead_letters.retried",
                        "dead_letters.discarded",
                    ])
            #expect(try log.map { try $0["subject_id"] } == ["all", "all", "all", "bulk"])
            #expect(try log.map { try $0["fingerprint"] } == ["many", "many", "many", "few"])
            #expect(try log.map { try $0["changed"] } == ["500", "500", "200", "4"])
        }
    }

    @Test("a wrong request is told what is wrong and changes nothing")
    func saysWhatIsWrongAndTouchesNothing()
        async throws
    {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            try await Self.addDeadJobs(1, fingerprint: "kept", queue: "kept", shop)
            let wrong: [(String, Set<String>)] = [
                ("{}", ["state:required"]), (#"{"limit": 5}"#, ["state:required"]),
                (#"{"quue": "kept"}"#, ["state:required", "quue:unknown_field"]),
                (#"{"state": "ready"}"#, ["state:invalid_format"]),
                (
                    #"{"queue": "a b", "since": "yesterday", "cursor": "1", "limit": 0, "x": 1}"#,
                    [
                        "queue:invalid_format", "since:invalid_format", "cursor:invalid_format", "limit:out_of_range",
                        "x:unknown_field",
                    ]
                ),
            ]
            for (body, errors) in wrong {
                let answer = try await shop.send(.post, "/admin/dead-letters/discard", body, token: op.accessToken)
                #expect(answer.status == 422)
                #expect(answer.fieldErrors == errors, "\(body)")
            }
            #expect(try await Self.count("dead", "kept", shop) == 1)
        }
    }
}
