import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Staff see what customers' banks ask back", .serialized, .database(migrations: try Shop.migrations()))
struct AdminDisputeRoutesTests {
    private func dispute(_ number: Int, _ status: DisputeStatus) -> Dispute {
        Dispute(
            id: .init(rawValue: "du_\(number)"), intentID: nil, amount: Money(1999, .usd), reason: "fraudulent",
            status: status,
            openedAt: Date(timeIntervalSince1970: Double(1_764_000_000 + number)),
            answerBefore: Date(timeIntervalSince1970: 1_765_000_000))
    }

    private func ids(_ answer: Answer) -> [JSONValue?] {
        guard case .array(let items)? = answer["items"] else { return [] }
        return items.map { if case .object(let item) = $0 { item["id"] } else { nil } }
    }

    @Test("disputes are listed latest first, page by page")
    func listsThemLatestFirstInParts() async throws {
        try await Shop.open { shop in
            try await shop.database.execute("DELETE FROM disputes")
            let staff = try await shop.register(role: .support).accessToken
            for number in 1...3 {
                _ = try await shop.services.disputes.record(dispute(number, number == 2 ? .lost : .needsResponse))
            }
            let all = try await shop.send(.get, "/admin/disputes", token: staff)
            #expect(ids(all) == [.string("du_3"), .string("du_2"), .string("du_1")])
            #expect(all["items", "0", "status"] == .string("needs_response") && all["items", "0", "order_id"] == .null)
            #expect(all["items", "0", "answer_before"] == .string("2025-12-06T05:46:40.000Z"))
            #expect(all["items", "1", "status"] == .string("lost") && all["items", "1", "closed_at"] != .null)
            #expect(
                ids(try await shop.send(.get, "/admin/disputes?open=true", token: staff)) == [
                    .string("du_3"), .string("du_1"),
                ])
            let first = try await shop.send(.get, "/admin/disputes?limit=2", token: staff)
            #expect(ids(first) == [.string("du_3"), .string("du_2")])
            let rest = try await shop.send(
                .get, "/admin/disputes?limit=2&cursor=\(try first.text("next_cursor"))", token: staff)
            #expect(ids(rest) == [.string("du_1")] && rest["next_cursor"] == .null)
            #expect(try await shop.send(.get, "/admin/disputes?open=maybe", token: staff).status == 422)
        }
    }

    @Test("a dispute is shown with its order")
    func showsThemWithTheirOrder() async throws {
        try await Shop.open { shop in
            let member = try await shop.register()
            let product = try await shop.addProduct()
            let placed = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(product)), token: member.accessToken,
                headers: [.idempotencyKey: UUID().uuidString])
            let id = try placed.text("id")
            try await shop.settle(member.id, as: .approval)
            _ = try await shop.services.disputes.record(
                Dispute(
                    id: .init(rawValue: "du_of_order"), intentID: .init(rawValue: "pi_\(id)"),
                    amount: Money(1999, .usd),
                    reason: "product_not_received", status: .needsResponse, openedAt: Date()))
            let staff = try await shop.register(role: .support).accessToken
            let order = try await shop.send(.get, "/admin/orders/\(id)", token: staff)
            #expect(order["disputes", "0", "id"] == .string("du_of_order"))
            #expect(
                order["disputes", "0", "order_id"] == .string(id)
                    && order["disputes", "0", "reason"] == .string("product_not_received"))
            let events = try await shop.send(.get, "/orders/\(id)/events", token: member.accessToken)
            guard case .array(let items)? = events["items"], case .object(let last)? = items.last else {
                Issue.record("no events")
                return
            }
            #expect(last["event"] == .string("dispute_opened") && last["reason"] == .string("product_not_received"))
        }
    }
}
