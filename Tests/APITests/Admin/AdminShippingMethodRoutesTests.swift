import Domain
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite(
    "Staff make shipping methods and customers choose between them", .serialized,
    .database(migrations: try Shop.migrations()))
struct AdminShippingMethodRoutesTests {
    @Test("a method is added, changed and chosen; the order shows it")
    func addsChangesAndChooses() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let body =
                #"""
                {"code": "post", "name": "By post", "countries": ["GB", "DE"], "rates": [
                    {"price": {"amount": 490, "currency": "USD"}},
                    {"price": {"amount": 0, "currency": "USD"}, "minimum_total": {"amount": 9900, "currency": "USD"}}]}
                """#
            let added = try await shop.send(.post, "/admin/shipping-methods", body, token: op)
            #expect(added.status == 201)
            let id = try added.text("id")
            #expect(
                try await shop.send(.post, "/admin/shipping-methods", body, token: op).problem == "shipping_code_taken")
            let anvil = try await shop.addProduct()
            let cart = try await shop.send(
                .post, "/cart/items", #"{"product_id": "\#(anvil.id)", "quantity": 1}"#)
            var headers: HTTPFields = [.cartToken: try #require(cart.headers[.cartToken])]
            let options = try await shop.send(.get, "/cart/shipping-methods?country=GB", headers: headers)
            #expect(options["items", "0", "code"] == .string("post"))
            #expect(options["items", "0", "price", "amount"] == .integer(490))
            let abroad = try await shop.send(.get, "/cart/shipping-methods?country=FR", headers: headers)
            #expect(abroad["items"] == .array([]))
            for query in ["", "?country=gb", "?country=ZZ", "?country=GB&x=1"] {
                let answer = try await shop.send(.get, "/cart/shipping-methods\(query)", headers: headers)
                #expect(answer.status == 422, "\(query)")
            }
            #expect(try await shop.send(.get, "/cart/shipping-methods?country=GB").problem == "not_found")

            headers[.idempotencyKey] = "k1"
            let unknown = try await shop.send(
                .post, "/orders", Shop.order(#""shipping_method": "drone""#), headers: headers)
            #expect(unknown.problem == "shipping_unavailable")
            let order = try await shop.send(
                .post, "/orders", Shop.order(#""shipping_method": "post""#), headers: headers)
            #expect(order.status == 202 && order["shipping", "amount"] == .integer(490))
            #expect(order["shipping_method", "name"] == .string("By post"))
            #expect(order["total", "amount"] == .integer(2489))

            let stopped = try await shop.send(
                .patch, "/admin/shipping-methods/\(id)", #"{"active": false, "countries": null}"#, token: op)
            #expect(stopped["active"] == .bool(false) && stopped["countries"] == .null)
            let before = try await shop.database.query(
                "SELECT details ->> 'before' AS before FROM audit_log WHERE subject_id = \(id) ORDER BY id DESC LIMIT 1"
            )
            #expect(try before.first?["before"] as String? == "active: true; countries: DE, GB")
        }
    }

    @Test("a method that makes no sense is refused")
    func refusesNonsense() async throws {
        try await Shop.open { shop in
            let op = try await shop.register(role: .operator).accessToken
            let rate = #"{"price": {"amount": 1, "currency": "USD"}}"#
            let wrong = [
                "{}", #"{"code": "a b", "name": "x", "rates": [\#(rate)]}"#,
                #"{"code": "a", "name": "x", "rates": []}"#,
                #"{"code": "a", "name": "x", "rates": [\#(rate), \#(rate)]}"#,
                #"{"code": "a", "name": "x", "rates": [{"price": {"amount": -1, "currency": "USD"}}]}"#,
                #"{"code": "a", "name": "x", "rates": [{"price": {"amount": 1, "currency": "EUR"}}]}"#,
                #"{"code": "a", "name": "x", "countries": [], "rates": [\#(rate)]}"#,
                #"{"code": "a", "name": "x", "countries": ["ZZ"], "rates": [\#(rate)]}"#,
                #"{"code": "a", "name": "x", "countries": ["DE", "DE"], "rates": [\#(rate)]}"#,
                #"{"code": "a", "name": "x", "rates": [\#(rate)], "version": 3}"#,
            ]
            for body in wrong {
                let answer = try await shop.send(.post, "/admin/shipping-methods", body, token: op)
                #expect(answer.status == 422, "\(body)")
            }
            let id = try await shop.send(
                .post, "/admin/shipping-methods", #"{"code": "a", "name": "x", "active": false, "rates": [\#(rate)]}"#,
                token: op
            ).text("id")
            for body in ["{}", #"{"code": "b"}"#, #"{"name": null}"#, #"{"rates": null}"#] {
                let answer = try await shop.send(.patch, "/admin/shipping-methods/\(id)", body, token: op)
                #expect(answer.status == 422, "\(body)")
            }
            #expect(
                try await shop.send(.patch, "/admin/shipping-methods/x", #"{"active": false}"#, token: op).status == 404
            )
        }
    }
}
