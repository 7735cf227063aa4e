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
    "Operators find every email that did not go out, and send it again", .serialized,
    .database(migrations: try Shop.migrations()))
struct AdminEmailRoutesTests {
    /// An email about a new order, in this state.
    private func email(_ status: String, fault: String? = nil, in shop: Shop) async throws -> String {
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(try await shop.addProduct())),
            headers: [.idempotencyKey: UUID().uuidString])
        let (id, order) = (EmailDelivery.ID(), try placed.text("id"))
        try await shop.database.execute(
            """
            INSERT INTO email_deliveries (id, order_id, kind, recipient, status, attempt, reason, fault, sent_at)
            VALUES (\(id), \(order)::uuid, 'order_confirmation', 'ada@example.com', \(status), 1, 'no', \(fault),
                    CASE \(status)::text WHEN 'sent' THEN now() END)
            """)
        return id.description
    }

    private func ids(_ answer: Answer) -> [String] {
        guard case .array(let items)? = answer["items"] else { return [] }
        return items.compactMap {
            if case .object(let item) = $0, case .string(let id)? = item["id"] { id } else { nil }
        }
    }

    @Test("listed by state, in parts, without the address, for staff alone")
    func list() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM email_deliveries")
            let staff = try await shop.register(role: .support).accessToken
            let failed = try await email("failed", fault: "email", in: shop)
            let refused = try await email("pending", fault: "shop", in: shop)
            let sent = try await email("sent", in: shop)
            let all = try await shop.send(.get, "/admin/emails", token: staff)
            #expect(all.status == 200 && ids(all) == [refused, failed])
            #expect(all["items", "1", "fault"] == .string("email") && all["items", "1", "reason"] == .string("no"))
            #expect(all["items", "1", "attempts"] == .integer(1) && all["items", "1", "order_id"] != nil)
            #expect(!String(decoding: all.body, as: UTF8.self).contains("ada@"))
            #expect(ids(try await shop.send(.get, "/admin/emails?status=failed", token: staff)) == [failed])
            #expect(ids(try await shop.send(.get, "/admin/emails?status=refused", token: staff)) == [refused])
            #expect(ids(try await shop.send(.get, "/admin/emails?status=sent", token: staff)) == [sent])
            let first = try await shop.send(.get, "/admin/emails?limit=1", token: staff)
            let rest = try await shop.send(
                .get, "/admin/emails?limit=1&cursor=\(try first.text("next_cursor"))", token: staff)
            #expect(ids(first) == [refused] && ids(rest) == [failed] && rest["next_cursor"] == .null)
            for query in ["status=lost", "cursor=garbage", "limit=0", "who=me"] {
                #expect(try await shop.send(.get, "/admin/emails?\(query)", token: staff).status == 422, "\(query)")
            }
            #expect(
                try await shop.send(.get, "/admin/emails", token: try await shop.register().accessToken).status == 403)
        }
    }

    @Test("one is sent again by an operator, on record; one that may have gone out is not")
    func resend() async throws {
        try await Shop.open { shop in
            let operator_ = try await shop.register(role: .operator)
            let failed = try await email("failed", fault: "email", in: shop)
            let answer = try await shop.send(.post, "/admin/emails/\(failed)/resend", token: operator_.accessToken)
            #expect(answer.status == 202 && answer["status"] == .string("pending") && answer["id"] == .string(failed))
            let jobs = try await shop.database.query(
                """
                SELECT 1 FROM jobs
                 WHERE name = 'email.send' AND state = 'ready' AND payload ->> 'deliveryID' = \(failed)
                """
            )
            #expect(jobs.count == 1)
            let log = try await shop.database.query(
                "SELECT actor_id FROM audit_log WHERE action = 'email.resent' AND subject_id = \(failed)")
            #expect(try log.map { try $0["actor_id"] as String? } == [operator_.id.description])
            for status in ["sent", "sending", "unknown", "obsolete"] {
                let other = try await email(status, in: shop)
                let refusal = try await shop.send(.post, "/admin/emails/\(other)/resend", token: operator_.accessToken)
                #expect(refusal.status == 409 && refusal["code"] == .string("email_not_resendable"), "\(status)")
            }
            #expect(
                try await shop.send(.post, "/admin/emails/\(EmailDelivery.ID())/resend", token: operator_.accessToken)
                    .status == 404)
            #expect(
                try await shop.send(.post, "/admin/emails/nonsense/resend", token: operator_.accessToken).status == 404)
            let support = try await shop.register(role: .support).accessToken
            #expect(try await shop.send(.post, "/admin/emails/\(failed)/resend", token: support).status == 403)
        }
    }

    @Test("all are sent again, or those of one kind or fault")
    func resendAll() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM email_deliveries")
            let token = try await shop.register(role: .operator).accessToken
            for fault in ["email", "passing", "passing"] { _ = try await email("failed", fault: fault, in: shop) }
            _ = try await email("pending", fault: "shop", in: shop)
            let passing = try await shop.send(.post, "/admin/emails/resend", #"{"fault": "passing"}"#, token: token)
            #expect(passing.status == 202 && passing["resent"] == .integer(2) && passing["has_more"] == .bool(false))
            #expect(
                try await shop.send(.post, "/admin/emails/resend", #"{"kind": "refund"}"#, token: token)["resent"]
                    == .integer(0))
            #expect(try await shop.send(.post, "/admin/emails/resend", "{}", token: token)["resent"] == .integer(2))
            #expect(try await shop.send(.post, "/admin/emails/resend", "{}", token: token)["resent"] == .integer(0))
            for body in [#"{"kind": "x"}"#, #"{"fault": 1}"#, #"{"all": true}"#] {
                #expect(try await shop.send(.post, "/admin/emails/resend", body, token: token).status == 422, "\(body)")
            }
        }
    }

    @Test(
        "an order to a country that does not exist is refused with its field",
        arguments: ["XX", "UK", "EU", "gb", "GBR"])
    func countries(country: String) async throws {
        try await Shop.open { shop in
            let body = Shop.order(Shop.items(try await shop.addProduct())).replacing(
                #""country": "GB""#, with: #""country": "\#(country)""#)
            let answer = try await shop.send(.post, "/orders", body, headers: [.idempotencyKey: UUID().uuidString])
            #expect(
                answer.status == 422 && answer["errors", "0", "field"] == .string("shipping_address.country"),
                "\(answer.body)")
        }
    }
}
