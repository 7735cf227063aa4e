import Foundation
import HTTPTypes
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite(
    "What the payment provider tells is taken once, and from nobody else", .serialized,
    .database(migrations: try Shop.migrations()))
struct WebhookRoutesTests {
    @Test("an event and its job are durable before the answer")
    func durableBeforeTheAnswer() async throws {
        try await Shop.open { shop in
            let body = Shop.event(id: "evt_durable")
            let answer = try await shop.tell(body)
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self) == "{}")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(try await shop.taken("evt_durable") == [1, 1])
            let row = try #require(
                await shop.database.query("SELECT * FROM webhook_events WHERE event_id = 'evt_durable'").first)
            #expect(try row["type"] == "payment_intent.succeeded")
            #expect(try row["object_id"] == "pi_1")
            #expect(try row["livemode"] == false)
            #expect(try row["occurred_at"] == Date(timeIntervalSince1970: 1_764_000_000))
            #expect(try row["handled_at"] as Date? == nil)
            #expect(try await shop.services.webhooks.load(["evt_durable"]).first??.payload == body)
        }
    }

    @Test("an event is taken once however often it comes")
    func isTakenOnceHoweverOftenItComes() async throws {
        try await Shop.open { shop in
            let bodies = (1...5).map { Shop.event(id: "evt_often_\($0)") }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 {
                    for body in bodies.shuffled() { group.addTask { try await shop.tell(body).status } }
                }
                for try await status in group { #expect(status == 200) }
            }
            for number in 1...5 { #expect(try await shop.taken("evt_often_\(number)") == [1, 1]) }
        }
    }

    @Test("an event is believed under either secret while one is replaced")
    func eitherSecret() async throws {
        try await Shop.open { shop in
            for (index, secrets) in [[Shop.webhookSecrets[0]], [Shop.webhookSecrets[1]], Shop.webhookSecrets]
                .enumerated()
            {
                let body = Shop.event(id: "evt_secret_\(index)")
                let answer = try await shop.tell(body, signature: Shop.signature(of: body, secrets: secrets))
                #expect(answer.status == 200)
                #expect(try await shop.taken("evt_secret_\(index)") == [1, 1])
            }
        }
    }

    @Test("every fault of a signature gets the same refusal")
    func faultySignatures() async throws {
        try await Shop.open { shop in
            let body = Shop.event(id: "evt_forged")
            let forgeries: [String?] = [
                nil, "", "nonsense", Shop.signature(of: body, secrets: ["whsec_of_another_shop"]),
                Shop.signature(of: body + " "),
                Shop.signature(of: body, at: Date(timeIntervalSinceNow: -310)),
                Shop.signature(of: body, at: Date(timeIntervalSinceNow: 310)),
            ]
            var texts: Set<String> = []
            for signature in forgeries {
                let answer = try await shop.tell(body, signature: signature)
                #expect(answer.status == 400 && answer.problem == "invalid_signature", "\(signature ?? "none")")
                texts.insert(try answer.text("detail"))
            }
            #expect(texts.count == 1)
            // Which of two headers counts is nothing to be guessed at.
            let twice = try await shop.tell(body, signatures: [Shop.signature(of: body), "t=1,v1=2"])
            #expect(twice.status == 400 && twice.problem == "invalid_signature")
            // Not even looked at: what is no JSON at all gets the same answer.
            #expect(try await shop.tell("<html>", signature: "t=1,v1=2").problem == "invalid_signature")
            #expect(try await shop.taken("evt_forged") == [0, 0])
        }
    }

    @Test("an event of the other mode is never stored")
    func ofTheOtherModeIsNeverStored() async throws {
        let live = PaymentWebhook(Shop.provider, secrets: Shop.webhookSecrets, isLive: true)
        for (webhook, isLive) in [(Shop.webhook, true), (live, false)] {
            try await Shop.open(webhook: webhook) { shop in
                for type in ["payment_intent.succeeded", "customer.created"] {
                    let body = Shop.event(type, id: "evt_mode", live: isLive)
                    let answer = try await shop.tell(body)
                    #expect(answer.status == 400 && answer.problem == "wrong_mode")
                }
                #expect(try await shop.taken("evt_mode") == [0, 0])
            }
        }
        try await Shop.open(webhook: live) { shop in
            let answer = try await shop.tell(Shop.event(id: "evt_live", live: true))
            #expect(answer.status == 200)
            #expect(try await shop.taken("evt_live") == [1, 1])
        }
    }

    @Test("an event of a kind that the shop does not use is taken and forgotten")
    func unusedKinds() async throws {
        try await Shop.open { shop in
            for type in [
                "payment_intent.created", "charge.succeeded", "charge.updated", "customer.created", "price.created",
            ] {
                let answer = try await shop.tell(Shop.event(type, id: "evt_ignored"))
                #expect(answer.status == 200)
            }
            #expect(try await shop.taken("evt_ignored") == [0, 0])
        }
    }

    @Test(
        "a signed body that is no event is refused",
        arguments: [
            "", "{", "[]", "{}", #"{"id":"evt_x","type":"payment_intent.succeeded","livemode":false,"created":1}"#,
            #"{"id":"","type":"payment_intent.succeeded","livemode":false,"created":1,"data":{"object":{}}}"#,
            #"{"id":"evt_x","type":"payment_intent.succeeded","livemode":"no","created":1,"data":{"object":{}}}"#,
        ])
    func thatIsSignedAndNoEventIsRefused(_ body: String) async throws {
        try await Shop.open { shop in
            let answer = try await shop.tell(body)
            #expect(answer.status == 400 && answer.problem == "bad_request")
        }
    }

    @Test(
        "a signed event that cannot be stored is refused",
        arguments: [
            #"{"id":"pi_\u0000"}"#, #"{"id":"pi_1","metadata":{"order_id":"\u0000"}}"#,
            #"{"id":"pi_1","metadata":{"\u0000":"x"}}"#,
        ])
    func unstorableEvent(_ object: String) async throws {
        try await Shop.open { shop in
            let answer = try await shop.tell(Shop.event(object: object))
            #expect(answer.status == 422)
            #expect(answer.fieldErrors == [":invalid_character"])
        }
    }

    @Test("an event needs no media type and has a size limit")
    func needsNoMediaTypeAndHasALimit() async throws {
        try await Shop.open { shop in
            let body = Shop.event(id: "evt_typeless")
            let typeless = try await shop.tell(body, signature: Shop.signature(of: body), contentType: nil)
            #expect(typeless.status == 200)
            let large = Shop.event(object: #"{"id":"\#(String(repeating: "x", count: Limits.webhookBodyBytes))"}"#)
            #expect(try await shop.tell(large).status == 413)
        }
    }

    @Test("without secrets there is no webhook route")
    func isNotThereWithoutSecrets() async throws {
        try await Shop.open(webhook: nil) { shop in
            let body = Shop.event(id: "evt_deaf")
            let answer = try await shop.tell(body)
            #expect(answer.status == 404 && answer.problem == "not_found")
            #expect(try await shop.taken("evt_deaf") == [0, 0])
        }
    }

    /// The provider sends again what was not answered with a 2xx.
    @Test("an event that cannot be committed is not answered with success")
    func notDurable() async throws {
        try await Shop.open { shop in
            let body = Shop.event(id: "evt_unlucky")
            try await shop.database.execute("ALTER TABLE webhook_events RENAME TO webhook_events_away")
            #expect(try await shop.tell(body).status >= 500)
            try await shop.database.execute("ALTER TABLE webhook_events_away RENAME TO webhook_events")
            #expect(try await shop.taken("evt_unlucky") == [0, 0])
            try await shop.database.execute("ALTER TABLE jobs RENAME TO jobs_away")
            #expect(try await shop.tell(body).status >= 500)
            try await shop.database.execute("ALTER TABLE jobs_away RENAME TO jobs")
            #expect(try await shop.taken("evt_unlucky") == [0, 0], "an event without its job would never be handled")
            #expect(try await shop.tell(body).status == 200)
            #expect(try await shop.taken("evt_unlucky") == [1, 1])
        }
    }
}
