import Crypto
import Domain
import Foundation
import HTTPTypes
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("The email provider is believed by its signature alone", .database(migrations: try Shop.migrations()))
struct EmailWebhookRoutesTests {
    private func event(_ id: EmailDelivery.ID, _ name: String, message: String? = nil, extra: String = "") -> String {
        """
        {"email":"ada@example.com","timestamp":1795410727,"event":"\(name)","sg_event_id":"\(UUID())",
         "sg_message_id":"\(message ?? "m-\(id)")",\
        "delivery_id":"\(id)"\(extra)}
        """
    }

    private func signed(
        _ body: String, by key: P256.Signing.PrivateKey = Shop.emailKey,
        at time: Int64 = Int64(Date().timeIntervalSince1970)
    ) throws -> HTTPFields {
        let signature = try key.signature(for: Data("\(time)\(body)".utf8)).derRepresentation.base64EncodedString()
        return [.sendGridSignature: signature, .sendGridTimestamp: "\(time)", .contentType: "application/json"]
    }

    private func count(_ id: EmailDelivery.ID, in shop: Shop) async throws -> Int {
        try await shop.database.query("SELECT 1 FROM email_events WHERE delivery_id = \(id)").count
    }

    @Test("each event is kept once and gets a job")
    func eachEventIsKeptOnceAndGetsAJob() async throws {
        try await Shop.open { shop in
            let (id, other) = (EmailDelivery.ID(), EmailDelivery.ID())
            for _ in 0..<3 {
                let bounce = event(id, "bounce", extra: #","reason":"550 <ada@example.com> unknown\u0007""#)
                let body = "[\(event(id, "processed")),\(bounce),\(event(other, "delivered", message: "m-\(other)"))]"
                let answer = try await shop.send(.post, "/webhooks/sendgrid", body, headers: signed(body))
                #expect(answer.status == 200, "\(answer)")
            }
            #expect(try await count(id, in: shop) == 2)
            #expect(try await shop.services.emailEvents.events(of: id).last?.reason == "550 … unknown")
            let jobs = try await shop.database.query(
                """
                SELECT 1 FROM jobs WHERE name = 'email_event.process'
                  AND payload ->> 'deliveryID' IN (\(id.description), \(other.description))
                """
            )
            #expect(jobs.count == 2)
        }
    }

    @Test("a body that the key did not sign is refused unread")
    func whatTheKeyDidNotSignIsRefusedUnread() async throws {
        try await Shop.open { shop in
            let id = EmailDelivery.ID()
            let body = "[\(event(id, "bounce"))]"
            let now = Int64(Date().timeIntervalSince1970)
            var refused: [HTTPFields] = [
                [:], try signed(body, by: P256.Signing.PrivateKey()), try signed(body + " "),
                try signed(body, at: now - 86_500),
                try signed(body, at: now + 400),
            ]
            for (name, value) in [
                (HTTPField.Name.sendGridTimestamp, "\(now + 1)"), (.sendGridTimestamp, "x"), (.sendGridSignature, "!"),
            ] {
                var fields = try signed(body)
                fields[name] = value
                refused.append(fields)
            }
            for name in [HTTPField.Name.sendGridSignature, .sendGridTimestamp] {
                var fields = try signed(body)
                fields.append(HTTPField(name: name, value: "1"))
                refused.append(fields)
            }
            for headers in refused {
                let answer = try await shop.send(.post, "/webhooks/sendgrid", body, headers: headers)
                #expect(answer.status == 400 && answer.problem == "invalid_signature", "\(headers)")
            }
            #expect(try await count(id, in: shop) == 0)
            // Told an hour late, as after an outage of ours, it still counts.
            #expect(
                try await shop.send(.post, "/webhooks/sendgrid", body, headers: signed(body, at: now - 3600)).status
                    == 200)
            #expect(try await count(id, in: shop) == 1)
        }
    }

    /// The provider tells again what was not answered with a 2xx.
    @Test(
        "an event that cannot be stored is not answered with success",
        arguments: [("email_events", "delivery_id::text"), ("jobs", "payload ->> 'deliveryID'")])
    func notDurable(_ table: String, _ column: String) async throws {
        try await Shop.open { shop in
            let id = EmailDelivery.ID()
            let body = "[\(event(id, "bounce"))]"
            try await shop.database.execute(
                """
                ALTER TABLE \(identifier: table)
                  ADD CONSTRAINT unlucky CHECK (\(raw: column) IS DISTINCT FROM '\(raw: id.description)')
                """
            )
            #expect(try await shop.send(.post, "/webhooks/sendgrid", body, headers: signed(body)).status >= 500)
            try await shop.database.execute("ALTER TABLE \(identifier: table) DROP CONSTRAINT unlucky")
            #expect(try await count(id, in: shop) == 0, "an event without its job would never be handled")
            #expect(try await shop.send(.post, "/webhooks/sendgrid", body, headers: signed(body)).status == 200)
            #expect(try await count(id, in: shop) == 1)
        }
    }

    @Test("events of others' emails are passed over")
    func whatIsNotOursIsPassedOver() async throws {
        try await Shop.open { shop in
            let id = EmailDelivery.ID()
            let elements = [
                #"{"event":"delivered","timestamp":1,"sg_message_id":"x"}"#, "3", "{}",
                event(id, "delivered").replacing("\(id)", with: "d-1"),
                event(id, "delivered").replacing("1795410727", with: "1.5"),
                event(id, "click").replacing("1795410727", with: "-1"),
                event(id, "click").replacing("1795410727", with: "4102444801"),
                event(id, ""), event(id, "open"),
            ]
            let body = "[\(elements.joined(separator: ","))]"
            #expect(try await shop.send(.post, "/webhooks/sendgrid", body, headers: signed(body)).status == 200)
            #expect(try await count(id, in: shop) == 1)
            for nonsense in ["{}", "[", ""] {
                let answer = try await shop.send(.post, "/webhooks/sendgrid", nonsense, headers: signed(nonsense))
                #expect(answer.status == 400 && answer.problem == "bad_request", "\(nonsense)")
            }
        }
    }
}
