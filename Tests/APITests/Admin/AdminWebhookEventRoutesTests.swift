import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite(
    "Operators replay events, ignore them with a reason, and are told what a discarded job leaves behind", .serialized,
    .database(migrations: try Shop.migrations()))
struct AdminWebhookEventRoutesTests {
    /// An event whose job is dead, and the job's id.
    private func deadEvent(_ id: String, in shop: Shop) async throws -> String {
        #expect(try await shop.tell(Shop.event(id: id)).status == 200)
        let rows = try await shop.database.query(
            """
            UPDATE jobs SET state = 'dead', reason = 'attempts_exhausted', finished_at = now()
             WHERE name = 'payment_event.process' AND payload ->> 'eventID' = \(id) RETURNING id::text
            """)
        return try #require(rows.first)["id"]
    }

    @Test("a discarded job says what it leaves behind, and its event counts as ignored once that is confirmed")
    func discards() async throws {
        try await Shop.open { shop in
            let (support, operator_) = (
                try await shop.register(role: .support), try await shop.register(role: .operator)
            )
            let token = operator_.accessToken
            let job = try await deadEvent("evt_discarded", in: shop)
            let shown = try await shop.send(.get, "/admin/jobs/\(job)", token: support.accessToken)
            #expect(try shown.text("leaves_behind").contains("evt_discarded"))
            let refused = try await shop.send(.delete, "/admin/jobs/\(job)", token: token)
            #expect(refused.status == 409 && refused.problem == "job_leaves_behind")
            #expect(refused["leaves_behind", "0"] == shown["leaves_behind"])
            #expect(try await shop.send(.delete, "/admin/jobs/\(job)?confirm=true", token: token).status == 204)
            let event = try await shop.send(.get, "/admin/webhook-events/evt_discarded", token: support.accessToken)
            #expect(event["state"] == .string("ignored") && event["can_replay"] == .bool(true))
            #expect(event["ignored_by"] == .string("user:\(operator_.id)"))
            let replayed = try await shop.send(.post, "/admin/webhook-events/evt_discarded/replay", token: token)
            #expect(
                replayed.status == 202 && replayed["state"] == .string("waiting")
                    && replayed.headers[.retryAfter] == "1")
            let rows = try await shop.database.query(
                """
                SELECT state FROM jobs WHERE name = 'payment_event.process' AND payload ->> 'eventID' = 'evt_discarded'
                  ORDER BY id
                """
            )
            #expect(try rows.map { try $0["state"] as String } == ["discarded", "ready"])
        }
    }

    @Test("the same for many at once")
    func discardsMany() async throws {
        try await Shop.open { shop in
            let token = try await shop.register(role: .operator).accessToken
            for index in 1...7 { _ = try await deadEvent("evt_many_\(index)", in: shop) }
            let body = #"{"name": "payment_event.process", "q": "evt_many_""#
            let refused = try await shop.send(.post, "/admin/dead-letters/discard", body + "}", token: token)
            #expect(refused.status == 409 && refused.problem == "job_leaves_behind")
            #expect(refused["leaves_behind", "5"] == .string("And 2 more."))
            let part = try await shop.send(
                .post, "/admin/dead-letters/discard", body + #", "limit": 6}"#, token: token)
            #expect(
                part["leaves_behind", "5"]
                    == .string("And 1 more. Only the first 6 jobs that match were looked at."))
            let done = try await shop.send(
                .post, "/admin/dead-letters/discard", body + #", "confirm": true}"#, token: token)
            #expect(done.status == 200 && done["changed"] == .integer(7))
            let ignored = try await shop.send(.get, "/admin/webhook-events?state=ignored&limit=100", token: token)
            #expect(ignored["items", "6", "state"] == .string("ignored"))
            let replayed = try await shop.send(
                .post, "/admin/webhook-events/replay", #"{"state": "ignored"}"#, token: token)
            #expect(replayed.status == 202)
            let audited = try await shop.database.query(
                "SELECT 1 FROM audit_log WHERE action = 'webhook_events.replayed'")
            #expect(audited.count == 1)
        }
    }

    @Test("an event is ignored with a reason, by operators alone")
    func ignores() async throws {
        try await Shop.open { shop in
            let (support, token) = (
                try await shop.register(role: .support), try await shop.register(role: .operator).accessToken
            )
            _ = try await deadEvent("evt_ignored", in: shop)
            let path = "/admin/webhook-events/evt_ignored/ignore"
            #expect(try await shop.send(.post, path, #"{"note": "x"}"#, token: support.accessToken).status == 403)
            #expect(try await shop.send(.post, path, "{}", token: token).status == 422)
            let ignored = try await shop.send(.post, path, #"{"note": "of the old shop"}"#, token: token)
            #expect(ignored.status == 200 && ignored["note"] == .string("of the old shop"))
            #expect(try await shop.send(.post, "/admin/webhook-events/evt_none/replay", token: token).status == 404)
            try await shop.database.execute(
                """
                UPDATE webhook_events SET handled_at = now(), outcome = 'confirmed', payload = NULL, ignored_at = NULL,
                    ignored_by = NULL, note = NULL
                 WHERE event_id = 'evt_ignored'
                """)
            #expect(
                try await shop.send(.post, "/admin/webhook-events/evt_ignored/replay", token: token).problem
                    == "event_already_handled")
            #expect(try await shop.send(.get, "/admin/webhook-events?state=odd", token: token).status == 422)
        }
    }

    @Test("events of API v2 are acknowledged and ignored")
    func thin() async throws {
        try await Shop.open { shop in
            let thin = """
                {"id":"evt_thin","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",
                 "livemode":false,
                 "created":"2024-09-17T06:20:52.246Z","related_object":{"id":"mtr_1","type":"billing.meter",
                  "url":"/v1/billing/meters/mtr_1"}}
                """
            let answer = try await shop.tell(thin)
            #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == "{}")
            #expect(try await shop.taken("evt_thin") == [0, 0])
            // Unsigned it is not even looked at.
            #expect(try await shop.tell(thin, signature: "t=1,v1=2").problem == "invalid_signature")
        }
    }

    @Test("the version of the API that an event is written in is kept with it")
    func version() async throws {
        try await Shop.open { shop in
            let body = Shop.event(id: "evt_version").replacing(
                #""object":"event""#, with: #""object":"event","api_version":"2024-06-20""#)
            #expect(try await shop.tell(body).status == 200)
            let row = try await shop.database.query(
                "SELECT api_version FROM webhook_events WHERE event_id = 'evt_version'"
            ).first
            #expect(try row?["api_version"] == "2024-06-20")
        }
    }
}
