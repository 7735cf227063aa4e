import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Operators change stock, and staff read its history", .database(migrations: try Shop.migrations()))
struct AdminStockRoutesTests {
    private func change(
        _ product: Product, _ body: String, _ member: Member, key: String? = UUID().uuidString, in shop: Shop
    ) async throws -> Answer {
        try await shop.send(
            .patch, "/admin/stock/\(product.sku)", body, token: member.accessToken,
            headers: key.map { [.idempotencyKey: $0] } ?? [:])
    }

    private func changeMany(
        _ body: String, _ member: Member, key: String = UUID().uuidString, in shop: Shop
    ) async throws -> Answer {
        try await shop.send(
            .post, "/admin/stock", body, token: member.accessToken, headers: [.idempotencyKey: key])
    }

    /// Reserves pieces for an order that is being paid.
    private func reserve(_ product: Product, _ quantity: Int, in shop: Shop) async throws {
        let member = try await shop.register()
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(product, quantity), email: nil), token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        let id = try #require(Order.ID(try placed.text("id")))
        let outcome = try await shop.services.reservations.reserve([ReservationRequest(orderID: id)]).first?.get()
        guard case .reserved = outcome else { throw Answer.Missing(name: "reserved", body: "\(outcome as Any)") }
    }

    @Test("a delivery is received once, and stands in the history with who received it")
    func received() async throws {
        try await Shop.open { shop in
            let (anvil, staff) = (try await shop.addProduct(stock: 7), try await shop.register(role: .operator))
            let support = try await shop.register(role: .support)
            let body = #"{"by": 20, "reason": "received", "reference": "DN 2026/118", "note": "Two boxes."}"#
            let first = try await change(anvil, body, staff, key: "k", in: shop)
            #expect(first.status == 200 && first.headers[.idempotentReplayed] == nil)
            #expect(first["stock", "on_hand"] == .integer(27) && first["stock", "available"] == .integer(27))
            #expect(first["stock", "low"] == .bool(false) && first["stock", "low_threshold"] == .null)
            #expect(first["stock", "threshold"] == .integer(5) && first["stock", "active"] == .bool(true))
            #expect(first["change", "on_hand_before"] == .integer(7) && first["change", "difference"] == .integer(20))
            #expect(first["change", "actor"] == .string("user:\(staff.id)"))
            let again = try await change(anvil, body, staff, key: "k", in: shop)
            #expect(again.status == 200 && again.headers[.idempotentReplayed] == "true")
            #expect(again["change"] == first["change"])
            let other = #"{"by": 21, "reason": "received"}"#
            #expect(try await change(anvil, other, staff, key: "k", in: shop).problem == "idempotency_key_reused")

            let shown = try await shop.send(.get, "/admin/stock/\(anvil.sku)", token: support.accessToken)
            #expect(shown["on_hand"] == .integer(27) && shown["taken_since_change"] == .integer(0))
            #expect(shown["name"] == .string("Anvil") && shown["product_id"] == .string(anvil.id.description))
            let path = "/admin/stock/\(anvil.sku)/changes"
            let page = try await shop.send(.get, "\(path)?limit=1", token: support.accessToken)
            #expect(page["items", "0"] == first["change"] && page["items", "1"] == nil)
            #expect(page["items", "0", "reference"] == .string("DN 2026/118"))
            let rest = try await shop.send(
                .get, "\(path)?limit=1&cursor=\(try page.text("next_cursor"))", token: support.accessToken)
            #expect(rest["items", "0", "reason"] == .string("opening") && rest["next_cursor"] == .null)
            #expect(rest["items", "0", "taken_before"] == .null)
            let audited = try await shop.database.query(
                """
                SELECT actor_id, details ->> 'request_id' AS request, details::text LIKE '%boxes%' AS has_note
                  FROM audit_log WHERE action = 'stock.changed' AND subject_id = \(anvil.sku)
                """)
            #expect(audited.count == 1)
            let entry = try #require(audited.first)
            #expect(try entry["actor_id"] as String == staff.id.description)
            #expect(try entry["request"] as String? == first.headers[.requestID])
            #expect(try entry["has_note"] as Bool == false)
        }
    }

    @Test("what is reserved stays, and a count that expects another number is refused")
    func refused() async throws {
        try await Shop.open { shop in
            let (anvil, staff) = (try await shop.addProduct(stock: 10), try await shop.register(role: .operator))
            try await reserve(anvil, 4, in: shop)
            for (body, error) in [
                (#"{"by": -7, "reason": "lost"}"#, "by:out_of_range"),
                (#"{"on_hand": 3, "reason": "counted"}"#, "on_hand:out_of_range"),
                (#"{"by": 100000000, "reason": "received"}"#, "by:out_of_range"),
                (#"{"on_hand": 9, "expected_on_hand": 11, "reason": "counted"}"#, "expected_on_hand:changed"),
            ] {
                let answer = try await change(anvil, body, staff, key: "k", in: shop)
                #expect(answer.status == 409 && answer.problem == "stock_not_changeable", "\(body)")
                #expect(answer.fieldErrors == [error], "\(body)")
            }
            let done = try await change(anvil, #"{"by": -6, "reason": "lost"}"#, staff, key: "k", in: shop)
            #expect(done["stock", "on_hand"] == .integer(4) && done["stock", "available"] == .integer(0))
            #expect(done["stock", "reserved"] == .integer(4) && done["stock", "low"] == .bool(true))
        }
    }

    @Test("a wrong body is refused, and each wrong field named")
    func wrong() async throws {
        try await Shop.open { shop in
            let (anvil, staff) = (try await shop.addProduct(), try await shop.register(role: .operator))
            for (body, errors) in [
                ("{}", [":required"]), (#"{"reason": "lost"}"#, ["reason:not_allowed"]),
                (#"{"by": 1}"#, ["reason:required"]), (#"{"by": 1, "reason": "opening"}"#, ["reason:invalid_format"]),
                (#"{"by": 1, "reason": "lost"}"#, ["by:not_allowed"]),
                (#"{"by": 0, "reason": "received"}"#, ["by:not_allowed"]),
                (#"{"on_hand": 1, "reason": "received"}"#, ["on_hand:not_allowed"]),
                (#"{"on_hand": 1, "by": 1, "reason": "counted"}"#, ["on_hand:not_allowed"]),
                (#"{"on_hand": -1, "reason": "counted"}"#, ["on_hand:out_of_range"]),
                (#"{"by": 9223372036854775808, "reason": "received"}"#, ["by:out_of_range"]),
                (#"{"by": 1.5, "reason": "received"}"#, ["by:not_an_integer"]),
                (#"{"by": "1", "reason": "received"}"#, ["by:wrong_type"]),
                (#"{"by": null, "reason": "received"}"#, ["by:wrong_type"]),
                (#"{"low_threshold": -1}"#, ["low_threshold:out_of_range"]),
                (#"{"low_threshold": "5"}"#, ["low_threshold:wrong_type"]),
                (#"{"low_threshold": 5, "note": "x"}"#, ["note:not_allowed"]),
                (#"{"by": 1, "reason": "received", "reserved": 0}"#, ["reserved:unknown_field"]),
                (#"{"by": 1, "reason": "received", "reference": "<b>"}"#, ["reference:invalid_format"]),
                (#"{"by": 1, "reason": "received", "note": ""}"#, ["note:too_short"]),
                (#"{"by": 1, "reason": "received", "note": " "}"#, ["note:too_short"]),
                (#"{"by": 1, "reason": "received", "note": "a\nb"}"#, ["note:invalid_character"]),
                (#"{"by": 1, "reason": "received", "note": "4242 4242 4242 4242"}"#, ["note:not_allowed"]),
                (#"{"expected_on_hand": -1, "by": 1, "reason": "counted"}"#, ["expected_on_hand:out_of_range"]),
            ] {
                let answer = try await change(anvil, body, staff, in: shop)
                #expect(answer.status == 422 && answer.fieldErrors == Set(errors), "\(body)")
            }
            let keyless = try await change(anvil, #"{"by": 1, "reason": "received"}"#, staff, key: nil, in: shop)
            #expect(keyless.status == 400 && keyless.problem == "idempotency_key_missing")
            for sku in ["NONE", "none", String(repeating: "X", count: 65)] {
                for path in ["/admin/stock/\(sku)", "/admin/stock/\(sku)/changes"] {
                    #expect(try await shop.send(.get, path, token: staff.accessToken).status == 404, "\(path)")
                }
            }
            let missing = try await shop.send(
                .patch, "/admin/stock/NONE", #"{"by": 1, "reason": "received"}"#, token: staff.accessToken,
                headers: [.idempotencyKey: "n"])
            #expect(missing.problem == "not_found")
            #expect(try await shop.services.stock.stock(anvil.sku)?.onHand == 100)
        }
    }

    @Test("many units change together or not at all, and every refused line is named")
    func many() async throws {
        try await Shop.open { shop in
            let staff = try await shop.register(role: .operator)
            let (anvil, saw) = (try await shop.addProduct(stock: 10), try await shop.addProduct(stock: 10))
            try await reserve(saw, 4, in: shop)
            let unknown = (0..<60).map { #", {"sku": "NONE-\#($0)", "by": -1}"# }.joined()
            let lines = #"{"sku": "\#(anvil.sku)", "by": -1}, {"sku": "\#(saw.sku)", "by": -7}"#
            let refused = try await changeMany(
                #"{"reason": "lost", "lines": [\#(lines)\#(unknown)]}"#, staff, key: "k", in: shop)
            #expect(refused.status == 409 && refused.problem == "stock_not_changeable")
            let expected = (2..<62).map { "lines[\($0)].sku:not_found" } + ["lines[1].by:out_of_range"]
            #expect(refused.fieldErrors == Set(expected))
            #expect(try await shop.services.stock.stock(anvil.sku)?.onHand == 10)

            let body = """
                {"reason": "correction", "lines": [{"sku": "\(saw.sku)", "by": -6},
                 {"sku": "\(anvil.sku)", "on_hand": 12, "expected_on_hand": 10}]}
                """
            let done = try await changeMany(body, staff, key: "k", in: shop)
            #expect(done.status == 200 && done["next_cursor"] == .null)
            #expect(done["items", "0", "stock", "sku"] == .string(saw.sku.rawValue))
            #expect(done["items", "0", "stock", "on_hand"] == .integer(4))
            #expect(done["items", "1", "change", "difference"] == .integer(2))
            let again = try await changeMany(body, staff, key: "k", in: shop)
            #expect(again.headers[.idempotentReplayed] == "true" && again["items"] == done["items"])
        }
    }

    @Test("a wrong bulk is refused before anything is looked at, up to a thousand lines")
    func wrongMany() async throws {
        try await Shop.open { shop in
            let (anvil, staff) = (try await shop.addProduct(), try await shop.register(role: .operator))
            let line = #"{"sku": "\#(anvil.sku)", "by": 1}"#
            for (body, errors) in [
                (#"{"lines": [\#(line)]}"#, ["reason:required"]), (#"{"reason": "received"}"#, ["lines:required"]),
                (#"{"reason": "received", "lines": []}"#, ["lines:out_of_range"]),
                (#"{"reason": "received", "lines": [\#(line), \#(line)]}"#, ["lines[1].sku:not_allowed"]),
                (#"{"reason": "received", "lines": [1, {"sku": "x", "by": 1}]}"#, ["lines[0]:wrong_type"]),
                (#"{"reason": "received", "lines": [{"sku": "A"}]}"#, ["lines[0].on_hand:required"]),
                (#"{"reason": "lost", "lines": [\#(line)]}"#, ["lines[0].by:not_allowed"]),
                (#"{"reason": "received", "low_threshold": 1, "lines": [\#(line)]}"#, ["low_threshold:unknown_field"]),
            ] {
                let answer = try await changeMany(body, staff, in: shop)
                #expect(answer.status == 422 && answer.fieldErrors.isSuperset(of: errors), "\(body)")
            }
            func bulk(_ count: Int) -> String {
                let lines = (0..<count).map { #"{"sku": "NONE-\#($0)", "by": 100000000}"# }.joined(separator: ",")
                return #"{"reason": "received", "lines": [\#(lines)]}"#
            }
            #expect(try await changeMany(bulk(1_001), staff, in: shop).fieldErrors == ["lines:out_of_range"])
            let most = try await changeMany(bulk(1_000), staff, in: shop)
            #expect(most.status == 409 && most.fieldErrors.count == 1_000)
        }
    }

    @Test("low units are listed by their own threshold or the shop's, and support does not change them")
    func low() async throws {
        try await Shop.open { shop in
            let (staff, support) = (try await shop.register(role: .admin), try await shop.register(role: .support))
            let anvil = try await shop.addProduct(name: "Lowly \(UUID().uuidString.prefix(8))", stock: 6)
            func listed(_ query: String) async throws -> Bool {
                let answer = try await shop.send(
                    .get, "/admin/stock?sku=\(anvil.sku)&\(query)", token: support.accessToken)
                #expect(answer.status == 200, "\(query)")
                return answer["items", "0", "sku"] == .string(anvil.sku.rawValue)
            }
            for (query, isFound) in [("low=true", false), ("low=false", true), ("search=lowly", true)] {
                #expect(try await listed(query) == isFound, "\(query)")
            }
            let body = #"{"low_threshold": 6}"#
            #expect(try await change(anvil, body, support, in: shop).problem == "forbidden")
            let answer = try await change(anvil, body, staff, in: shop)
            #expect(answer["change"] == .null && answer["stock", "low"] == .bool(true))
            #expect(answer["stock", "low_threshold"] == .integer(6) && answer["stock", "threshold"] == .integer(6))
            for (query, isFound) in [("low=true", true), ("low=false", false), ("search=nothing", false)] {
                #expect(try await listed(query) == isFound, "\(query)")
            }
            let both = try await change(
                anvil, #"{"low_threshold": null, "on_hand": 2, "reason": "counted"}"#, staff, in: shop)
            #expect(both["stock", "threshold"] == .integer(5) && both["change", "on_hand_after"] == .integer(2))
            for (query, error) in [
                ("low=yes", "low:invalid_format"), ("sku=anvil", "sku:invalid_format"),
                ("limit=0", "limit:out_of_range"),
                ("sort=sku", "sort:unknown_field"), ("search=%07", "search:invalid_character"),
            ] {
                let answer = try await shop.send(.get, "/admin/stock?\(query)", token: support.accessToken)
                #expect(answer.fieldErrors == [error], "\(query)")
            }
            let forged = try await shop.send(.get, "/admin/stock?cursor=garbage", token: support.accessToken)
            #expect(forged.problem == "invalid_cursor")
        }
    }
}
