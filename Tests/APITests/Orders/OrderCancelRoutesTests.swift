import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Who bought may call it off", .database(migrations: try Shop.migrations()))
struct OrderCancelRoutesTests {
    private func placed(_ member: Member, in shop: Shop) async throws -> String {
        let anvil = try await shop.addProduct()
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(anvil), email: nil), token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        return try placed.text("id")
    }

    @Test("an order is canceled at once, and canceling again changes nothing")
    func atOnceAndAgain() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await placed(member, in: shop)
            #expect(
                try await shop.send(.post, "/orders/\(id)/cancel", token: shop.register().accessToken).problem
                    == "not_found")
            #expect(try await shop.send(.post, "/orders/\(id)/cancel").status == 401)
            for _ in 0..<2 {
                let answer = try await shop.send(.post, "/orders/\(id)/cancel", token: member.accessToken)
                #expect(answer.status == 200)
                #expect(answer["status"] == .string("canceled"))
            }
            let log = try await shop.database.query(
                "SELECT actor_id FROM audit_log WHERE action = 'order.canceled' AND subject_id = \(id)")
            #expect(try log.map { try $0["actor_id"] as String? } == [member.id.description])
        }
    }

    @Test("unknown fields are refused")
    func refusesFieldsItDoesNotKnow() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await placed(member, in: shop)
            let unknown = try await shop.send(
                .post, "/orders/\(id)/cancel", #"{"refund": true}"#, token: member.accessToken)
            #expect(unknown.status == 422)
            #expect(unknown.fieldErrors == ["refund:unknown_field"])
            #expect(try await shop.send(.post, "/orders/\(id)/cancel", "[]", token: member.accessToken).status == 422)
            #expect(
                try await shop.send(.post, "/orders/\(id)/cancel", "{", token: member.accessToken).problem
                    == "malformed_json")
            let admin = try await shop.register(role: .admin)
            for action in ["cancel", "capture"] {
                let staff = try await shop.send(
                    .post, "/admin/orders/\(id)/\(action)", #"{"amnt": 1}"#, token: admin.accessToken)
                #expect(staff.status == 422)
                #expect(staff.fieldErrors == ["amnt:unknown_field"])
            }
            #expect(try await shop.send(.post, "/orders/\(id)/cancel", "{}", token: member.accessToken).status == 200)
        }
    }

    @Test("an order is canceled while the customer approves its payment")
    func whileTheCustomerApproves() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let id = try await placed(member, in: shop)
            try await shop.settle(member.id, as: .approval)
            let answer = try await shop.send(.post, "/orders/\(id)/cancel", token: member.accessToken)
            #expect(answer.status == 202)
            #expect(answer["status"] == .string("reserved"))
            #expect(
                try await shop.database.query(
                    "SELECT 1 FROM jobs WHERE name = 'order.cancel' AND payload ->> 'orderID' = \(id)"
                ).count
                    == 1)
        }
    }

    @Test("an order that was shipped is not canceled")
    func notOnceItWasSent() async throws {
        try await Shop.open { shop in
            let (member, staff) = (try await shop.register(), try await shop.register(role: .operator))
            let id = try await placed(member, in: shop)
            try await shop.settle(member.id, as: .confirmed)
            try await shop.database.execute("UPDATE orders SET fulfillment_status = 'fulfilled' WHERE id = \(id)::uuid")
            let answers = [
                try await shop.send(.post, "/orders/\(id)/cancel", token: member.accessToken),
                try await shop.send(.post, "/admin/orders/\(id)/cancel", token: staff.accessToken),
            ]
            for answer in answers {
                #expect(answer.status == 409)
                #expect(answer.problem == "order_already_shipped")
            }
            #expect(answers[0]["order", "status"] == .string("confirmed"))
        }
    }
}
