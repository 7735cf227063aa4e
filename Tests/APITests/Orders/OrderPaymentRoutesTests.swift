import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Who was declined may pay with another card", .database(migrations: try Shop.migrations()))
struct OrderPaymentRoutesTests {
    private static let card = #"{"payment_method": "pm_card_mastercard"}"#

    /// An order of this member that was declined.
    private func declined(_ member: Member, in shop: Shop) async throws -> String {
        let anvil = try await shop.addProduct()
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(anvil), email: nil), token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        try await shop.settle(member.id, as: .declined)
        return try placed.text("id")
    }

    private func jobs(of id: String, in shop: Shop) async throws -> Int {
        try await shop.database.query(
            "SELECT 1 FROM jobs WHERE name = 'order.checkout' AND payload ->> 'orderID' = \(id)"
        ).count
    }

    @Test(
        "paying again is answered with the outcome",
        arguments: [(Outcome.confirmed, 201, nil), (.declined, 402, "payment_declined"), (.approval, 202, nil)]
            as [(Outcome, Int, String?)]
    )
    func answersWithTheOutcome(_ outcome: Outcome, status: Int, code: String?) async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await declined(member, in: shop)
            async let answering = shop.send(
                .post, "/orders/\(id)/payments", Self.card, token: member.accessToken, headers: [.prefer: "wait=20"])
            try await eventually("the order is being paid again") {
                try await shop.database.query(
                    "SELECT 1 FROM orders WHERE status = 'reserved' AND user_id = \(member.id)"
                ).count == 1
            }
            #expect(try await jobs(of: id, in: shop) == 2)
            try await shop.settle(member.id, as: outcome)
            let answer = try await answering
            #expect(answer.status == status)
            #expect(answer.problem == code)
            #expect(answer.headers[.location] == "/api/v1/orders/\(id)")
            #expect(answer.headers[.preferenceApplied] == "wait=20")
            let method = try await shop.database.query(
                "SELECT method FROM payments WHERE order_id = \(id)::uuid AND attempt = 2")
            #expect(try method.first?["method"] == "pm_card_mastercard")
        }
    }

    @Test("a repeated payment request charges once")
    func isSafeToRepeat() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await declined(member, in: shop)
            for _ in 0..<3 {
                let answer = try await shop.send(.post, "/orders/\(id)/payments", Self.card, token: member.accessToken)
                #expect(answer.status == 202)
                #expect(answer["status"] == .string("reserved"))
            }
            #expect(try await jobs(of: id, in: shop) == 2)
            try await shop.settle(member.id, as: .confirmed)
            let paid = try await shop.send(.post, "/orders/\(id)/payments", Self.card, token: member.accessToken)
            #expect(paid.status == 200)
            #expect(paid["status"] == .string("confirmed"))
            #expect(try await jobs(of: id, in: shop) == 2)
        }
    }

    @Test("a payment that is not possible says why")
    func saysWhyNot() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await declined(member, in: shop)
            func pay(_ body: String = Self.card, token: String? = member.accessToken) async throws -> Answer {
                try await shop.send(.post, "/orders/\(id)/payments", body, token: token)
            }
            #expect(try await pay("{}").fieldErrors == ["payment_method:required"])
            #expect(
                try await pay(#"{"payment_method": "a b", "amount": 1}"#).fieldErrors == [
                    "payment_method:invalid_format", "amount:unknown_field",
                ])
            #expect(try await pay(token: nil).status == 401)
            #expect(try await pay(token: shop.register().accessToken).problem == "not_found")

            try await shop.database.execute(
                "UPDATE orders SET reserved_until = now() - interval '1 s' WHERE user_id = \(member.id)")
            let late = try await pay()
            #expect(late.status == 409)
            #expect(late.problem == "payment_window_closed")
            #expect(late["order", "status"] == .string("payment_failed"))
            try await shop.database.execute("UPDATE orders SET status = 'expired' WHERE user_id = \(member.id)")
            let over = try await pay()
            #expect(over.problem == "order_not_payable")
            #expect(over["order", "status"] == .string("expired"))
            #expect(try await jobs(of: id, in: shop) == 1)
        }
    }
}
