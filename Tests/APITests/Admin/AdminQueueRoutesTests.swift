import Domain
import Foundation
import HTTPTypes
import JSON
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import API

@Suite("Operators see queues and set them, on record", .database(migrations: try Shop.migrations()))
struct AdminQueueRoutesTests {
    private func queue(_ name: String, in answer: Answer) -> JSONObject? {
        guard case .array(let queues)? = answer["items"] else { return nil }
        for case .object(let fields) in queues where fields["queue"] == .string(name) { return fields }
        return nil
    }

    @Test("queues are listed with their depth and settings")
    func listsQueues() async throws {
        try await Shop.open { shop in
            let support = try await shop.register(role: .support)
            let answer = try await shop.send(.get, "/admin/queues", token: support.accessToken)
            for name in ["checkout", "cache"] {
                let fields = try #require(queue(name, in: answer))
                #expect(fields["paused"] == .bool(false))
                #expect(fields["concurrency"] == .null)
                #expect(fields["rate_limit"] == .null)
                #expect(fields["dead"] == .integer(0))
            }
        }
    }

    @Test("settings that are sent change, the others stay")
    func changesWhatIsSentAndKeepsTheRest() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            let set = try await shop.send(
                .patch, "/admin/queues/email",
                #"{"paused": true, "concurrency": 5, "rate_limit": {"per_second": 2.5}}"#,
                token: op.accessToken)
            #expect(set.status == 200)
            #expect(set["paused"] == .bool(true))
            #expect(set["concurrency"] == .integer(5))
            #expect(set["rate_limit", "per_second"] == .number("2.5"))
            #expect(set["rate_limit", "burst"] == .integer(3))
            let resumed = try await shop.send(
                .patch, "/admin/queues/email", #"{"paused": false, "rate_limit": null}"#, token: op.accessToken)
            #expect(resumed["paused"] == .bool(false))
            #expect(resumed["concurrency"] == .integer(5))
            #expect(resumed["rate_limit"] == .null)
            let log = try await shop.database.query(
                """
                SELECT details ->> 'concurrency' AS concurrency, details ->> 'rate_limit' AS rate FROM audit_log
                 WHERE action = 'queue.configured' ORDER BY id
                """
            )
            #expect(try log.map { try $0["concurrency"] as String? } == ["5", nil])
            #expect(try log.map { try $0["rate"] as String? } == ["2.5/s, burst 3", "null"])
            let before = try await shop.database.query(
                """
                SELECT details ->> 'before' AS before, remote_address FROM audit_log
                 WHERE action = 'queue.configured' ORDER BY id
                """
            )
            #expect(
                try before.map { try $0["before"] as String? }
                    == [
                        "concurrency: null; paused: false; rate_limit: null",
                        "paused: true; rate_limit: 2.5/s, burst 3",
                    ])
            #expect(try before.allSatisfy { try $0["remote_address"] as String? != nil })
        }
    }

    @Test("a wrong setting is told what is wrong")
    func saysWhatIsWrong() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator)
            let wrong: [(String, Set<String>)] = [
                ("{}", ["paused:required"]),
                (
                    #"{"paused": 1, "concurrency": 0, "rate_limit": {"per_second": 0, "burst": 0, "x": 1}, "y": 1}"#,
                    [
                        "paused:wrong_type", "concurrency:out_of_range", "rate_limit.per_second:out_of_range",
                        "rate_limit.burst:out_of_range",
                        "rate_limit.x:unknown_field", "y:unknown_field",
                    ]
                ),
                (#"{"rate_limit": {}}"#, ["rate_limit.per_second:required"]),
                (#"{"rate_limit": {"per_second": "2"}}"#, ["rate_limit.per_second:wrong_type"]),
                (#"{"concurrency": 1.5}"#, ["concurrency:not_an_integer"]),
            ]
            for (body, errors) in wrong {
                let answer = try await shop.send(.patch, "/admin/queues/email", body, token: op.accessToken)
                #expect(answer.status == 422)
                #expect(answer.fieldErrors == errors, "\(body)")
            }
            for name in ["emial", "a%20b"] {
                let answer = try await shop.send(
                    .patch, "/admin/queues/\(name)", #"{"paused": true}"#, token: op.accessToken)
                #expect(answer.problem == "not_found")
            }
        }
    }
}
