import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Operators see where books differ, and end it on record", .database(migrations: try Shop.migrations()))
struct AdminReconciliationRoutesTests {
    private func note(_ kind: BreakKind, _ id: String, in shop: Shop) async throws -> ReconciliationBreak {
        try await shop.services.reconciliations.note(
            ReconciliationFinding(
                kind, .intent, id, orderID: Order.ID(), amount: Money(1999, .usd), reason: "It is odd.",
                resolution: .askOperator))
    }

    @Test("an operator lists breaks and resolves one")
    func listsAndResolves() async throws {
        try await Shop.open { shop in
            let (support, operator_) = (
                try await shop.register(role: .support), try await shop.register(role: .operator)
            )
            for index in 0..<3 { _ = try await note(.foreign, "pi_\(index)", in: shop) }
            let odd = try await note(.amountDiffers, "pi_odd", in: shop)

            let first = try await shop.send(
                .get, "/admin/reconciliation?kind=foreign&status=open&limit=2", token: support.accessToken)
            #expect(first.status == 200)
            #expect(first["items", "0", "provider_id"] == .string("pi_2"))
            let cursor = try first.text("next_cursor")
            let second = try await shop.send(
                .get, "/admin/reconciliation?kind=foreign&status=open&limit=2&cursor=\(cursor)",
                token: support.accessToken)
            #expect(second["items", "0", "provider_id"] == .string("pi_0"))
            #expect(second["next_cursor"] == .null)

            let path = "/admin/reconciliation/\(odd.id)/resolve"
            #expect(try await shop.send(.post, path, #"{"note": "x"}"#, token: support.accessToken).status == 403)
            #expect(try await shop.send(.post, path, #"{"note": ""}"#, token: operator_.accessToken).status == 422)
            let answer = try await shop.send(
                .post, path, #"{"note": "The bank agrees."}"#, token: operator_.accessToken)
            #expect(answer.status == 200)
            #expect(answer["status"] == .string("resolved"))
            #expect(answer["amount", "amount"] == .integer(1999))
            #expect(answer["resolved_by"] == .string("user:\(operator_.id)"))
            let again = try await shop.send(.post, path, #"{"note": "Once more."}"#, token: operator_.accessToken)
            #expect(again["note"] == .string("The bank agrees."))
            let log = try await shop.database.query(
                "SELECT details ->> 'note' AS note FROM audit_log WHERE subject_id = \("\(odd.id)")")
            #expect(try log.map { try $0["note"] as String } == ["The bank agrees."])
        }
    }

    @Test("an unknown break or resolution is refused")
    func refusesWhatItDoesNotKnow() async throws {
        try await Shop.open { shop in
            let token = try await shop.register(role: .admin).accessToken
            for query in ["kind=odd", "status=over", "limit=0", "colour=red"] {
                #expect(
                    try await shop.send(.get, "/admin/reconciliation?\(query)", token: token).status == 422, "\(query)")
            }
            for id in [UUID().uuidString, "none"] {
                #expect(
                    try await shop.send(.post, "/admin/reconciliation/\(id)/resolve", #"{"note": "x"}"#, token: token)
                        .status == 404)
            }
        }
    }
}
