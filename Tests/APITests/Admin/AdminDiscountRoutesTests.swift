import Domain
import FoundationEssentials
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Staff make discounts and customers get them", .database(migrations: try Shop.migrations()))
struct AdminDiscountRoutesTests {
    private static func code() -> String { "C" + String(UUID().uuidString.filter { $0 != "-" }) }

    @Test("an operator adds, changes and stops a discount, on record")
    func addsChangesAndStops() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let code = Self.code()
            let body = #"{"code": "\#(code.lowercased())", "title": "Ten", "percent": 12.50, "max_uses": 3}"#
            let added = try await shop.send(.post, "/admin/discounts", body, token: op)
            #expect(added.status == 201)
            #expect(added["code"] == .string(code) && added["uses"] == .integer(0) && added["amount"] == .null)
            let id = try added.text("id")
            #expect(added.headers[.location] == "\(Route.base)/admin/discounts/\(id)")
            #expect(try await shop.send(.post, "/admin/discounts", body, token: op).problem == "discount_code_taken")

            let changed = try await shop.send(
                .patch, "/admin/discounts/\(id)",
                #"{"max_uses": null, "ends_at": "2030-01-01T00:00:00Z", "minimum": {"amount": 5, "currency": "USD"}}"#,
                token: op)
            #expect(changed.status == 200 && changed["max_uses"] == .null && changed["version"] == .integer(2))
            #expect(changed["ends_at"] == .string("2030-01-01T00:00:00.000Z"))
            let stopped = try await shop.send(.patch, "/admin/discounts/\(id)", #"{"active": false}"#, token: op)
            #expect(stopped["active"] == .bool(false))
            #expect(try await shop.send(.get, "/admin/discounts/\(id)", token: op).body == stopped.body)
            let active = try await shop.send(.get, "/admin/discounts?active=true&limit=100", token: op)
            #expect(!String(decoding: active.body, as: UTF8.self).contains(code))
            let log = try await shop.database.query(
                "SELECT action, details ->> 'before' AS before FROM audit_log WHERE subject_id = \(id) ORDER BY id")
            #expect(
                try log.map { try $0["action"] as String }
                    == ["discount.added", "discount.changed", "discount.changed"])
            #expect(try log.map { try $0["before"] as String? } == [nil, "max_uses: 3", "active: true"])
        }
    }

    @Test("a discount that makes no sense is refused with every reason")
    func refusesNonsense() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let wrong = [
                #"{}"#, #"{"title": "x"}"#,
                #"{"title": "x", "percent": 10, "amount": {"amount": 1, "currency": "USD"}}"#,
                #"{"title": "x", "percent": 0}"#, #"{"title": "x", "percent": 100.01}"#,
                #"{"title": "x", "percent": -5}"#, #"{"title": "x", "percent": 1e400}"#,
                #"{"title": "x", "percent": "10"}"#, #"{"title": "x", "percent": 0.001}"#,
                #"{"title": "x", "amount": {"amount": 0, "currency": "USD"}}"#,
                #"{"title": "x", "amount": {"amount": 1, "currency": "EUR"}}"#,
                #"{"title": "x", "percent": 1, "max_uses": 0}"#, #"{"title": "x", "percent": 1, "code": "a b"}"#,
                #"{"title": "x", "percent": 1, "max_uses": 9223372036854775808}"#,
                #"{"title": "x", "percent": 1, "starts_at": "tomorrow"}"#,
                #"{"title": "", "percent": 1, "starts_at": "2030-01-01T00:00:00Z", "ends_at": "2029-01-01T00:00:00Z"}"#,
                #"{"title": "x", "percent": 1, "uses": 5}"#, #"{"title": "", "percent": 1}"#,
                #"{"title": "x", "percent": 1, "combines": null}"#,
            ]
            for body in wrong {
                let answer = try await shop.send(.post, "/admin/discounts", body, token: op)
                #expect(answer.status == 422, "\(body)")
            }
            let id = try await shop.send(
                .post, "/admin/discounts", #"{"title": "x", "percent": 1, "code": "\#(Self.code())"}"#, token: op
            ).text("id")
            for body in [#"{}"#, #"{"percent": 5}"#, #"{"code": "NEW"}"#, #"{"title": null}"#, #"{"active": 1}"#] {
                let answer = try await shop.send(.patch, "/admin/discounts/\(id)", body, token: op)
                #expect(answer.status == 422, "\(body)")
            }
            #expect(try await shop.send(.patch, "/admin/discounts/x", #"{"active": true}"#, token: op).status == 404)
            let support = try await shop.register(role: .support).accessToken
            #expect(try await shop.send(.get, "/admin/discounts/\(id)", token: support).status == 200)
            #expect(try await shop.send(.post, "/admin/discounts", wrong[0], token: support).status == 403)
        }
    }

    @Test("a customer puts a code into the cart, sees what it takes off, and the order takes off the same")
    func codeInTheCart() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let code = Self.code()
            let minimum = #"{"amount": 3000, "currency": "USD"}"#
            let body = #"{"title": "Ten", "percent": 10, "code": "\#(code)", "minimum": \#(minimum)}"#
            #expect(try await shop.send(.post, "/admin/discounts", body, token: op).status == 201)
            #expect(try await shop.send(.put, "/cart/discount", #"{"code": "X"}"#).problem == "not_found")

            let anvil = try await shop.addProduct()
            let line = #"{"product_id": "\#(anvil.id)", "quantity": 1}"#
            let cart = try await shop.send(.post, "/cart/items", line)
            let headers: HTTPFields = [.cartToken: try #require(cart.headers[.cartToken])]
            func put(_ json: String) async throws -> Answer {
                try await shop.send(.put, "/cart/discount", json, headers: headers)
            }
            let refused = try await put(#"{"code": "\#(Self.code())"}"#)
            #expect(refused.problem == "discount_refused" && refused["reason"] == .string("unknown"))
            #expect(try await put(#"{"code": "no code"}"#).status == 422)
            #expect(try await put(#"{"code": "A", "percent": 100}"#).status == 422)
            let early = try await put(#"{"code": "\#(code.lowercased())"}"#)
            #expect(early["discount_code", "reason"] == .string("minimum_not_reached"))
            #expect(early["discount_code", "is_applied"] == .bool(false) && early["discount", "amount"] == .integer(0))
            let twoPieces = try await shop.send(
                .patch, "/cart/items/\(anvil.id)", #"{"quantity": 2}"#, headers: headers)
            #expect(twoPieces["total", "amount"] == .integer(3598))
            #expect(twoPieces["discount_code", "is_applied"] == .bool(true))

            var ordering = headers
            ordering[.idempotencyKey] = "k1"
            let order = try await shop.send(
                .post, "/orders", Shop.order(#""expected_total": {"amount": 3598, "currency": "USD"}"#),
                headers: ordering)
            #expect(order.status == 202)
            #expect(order["discounts", "0", "code"] == .string(code))
            #expect(order["items", "0", "discount", "amount"] == .integer(400))
        }
    }

    @Test("an express order names its code; one that cannot be had is refused, and the key is free again")
    func codeInTheRequest() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let code = Self.code()
            let body = #"{"title": "Five", "amount": {"amount": 500, "currency": "USD"}, "code": "\#(code)"}"#
            let id = try await shop.send(.post, "/admin/discounts", body, token: op).text("id")
            let anvil = try await shop.addProduct()
            let items = Shop.items(anvil) + #", "discount_code": "\#(code)""#
            let headers: HTTPFields = [.idempotencyKey: "k1"]
            #expect(
                try await shop.send(.patch, "/admin/discounts/\(id)", #"{"active": false}"#, token: op).status == 200)
            let refused = try await shop.send(.post, "/orders", Shop.order(items), headers: headers)
            #expect(refused.status == 409 && refused["discount_code"] == .string(code))
            #expect(
                try await shop.send(.patch, "/admin/discounts/\(id)", #"{"active": true}"#, token: op).status == 200)
            let order = try await shop.send(.post, "/orders", Shop.order(items), headers: headers)
            #expect(order.status == 202 && order["total", "amount"] == .integer(1499))
        }
    }
}
