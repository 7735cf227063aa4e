import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("What an order comes to decides how it is paid", .database(migrations: try Shop.migrations()))
struct OrderAmountTests {
    private static func headers(_ key: String = UUID().uuidString, wait: Bool = false) -> HTTPFields {
        var headers: HTTPFields = [.idempotencyKey: key]
        if wait { headers[.prefer] = "wait=10" }
        return headers
    }

    private func orders(_ shop: Shop, of product: Product) async throws -> Int {
        try #require(
            try await shop.database.query("SELECT count(*) FROM order_items WHERE product_id = \(product.id)").first)[0]
    }

    @Test(
        "what the provider does not charge is refused with the bounds, and nothing is left behind",
        arguments: [
            (10, "amount_too_small"), (49, "amount_too_small"), (100_000_000, "amount_too_large"),
            (Int64.max, "amount_too_large"),
        ])
    func outOfBounds(_ price: Int64, _ code: String) async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(price: price)
            let headers = Self.headers()
            let answer = try await shop.send(.post, "/orders", Shop.order(Shop.items(anvil)), headers: headers)
            #expect(answer.status == 422 && answer.problem == code)
            #expect(answer["minimum", "amount"] == .integer(50) && answer["minimum", "currency"] == .string("USD"))
            #expect(answer["maximum", "amount"] == .integer(99_999_999))
            #expect(try await orders(shop, of: anvil) == 0)
            // The key is not used up.
            try await shop.database.execute("UPDATE products SET base_amount = 1999 WHERE id = \(anvil.id)")
            #expect(
                try await shop.send(.post, "/orders", Shop.order(Shop.items(anvil)), headers: headers).status == 202)
        }
    }

    @Test(
        "an order that costs nothing waits for its outcome without being asked to, and is answered again under its key")
    func free() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(price: 0)
            let member = try await shop.register()
            let headers = Self.headers()
            let body = Shop.order(Shop.items(anvil), email: nil)
                .replacing(#""payment_method": "pm_card_visa", "#, with: "")
            async let answering = shop.send(.post, "/orders", body, token: member.accessToken, headers: headers)
            try await shop.settle(member.id, as: .confirmed)
            let answer = try await answering
            #expect(answer.status == 201)
            #expect(answer["status"] == .string("confirmed") && answer["payment", "status"] == .string("not_required"))
            #expect(answer["total", "amount"] == .integer(0))
            #expect(answer.headers[.preferenceApplied] == nil)
            let replay = try await shop.send(.post, "/orders", body, token: member.accessToken, headers: headers)
            #expect(replay.status == 201 && replay.headers[.idempotentReplayed] == "true")
            let id = try answer.text("id")
            let admin = try await shop.register(role: .admin)
            let refund = try await shop.send(
                .post, "/admin/orders/\(id)/refunds", "{}", token: admin.accessToken, headers: Self.headers())
            #expect(refund.status == 409 && refund.problem == "order_not_paid")
            let capture = try await shop.send(.post, "/admin/orders/\(id)/capture", token: admin.accessToken)
            #expect(capture.status == 409 && capture.problem == "order_not_authorized")
        }
    }

    @Test("what costs something needs a payment method")
    func methodMissing() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let body = Shop.order(Shop.items(anvil)).replacing(#""payment_method": "pm_card_visa", "#, with: "")
            let answer = try await shop.send(.post, "/orders", body, headers: Self.headers())
            #expect(answer.status == 422 && answer.fieldErrors == ["payment_method:required"])
            #expect(try await orders(shop, of: anvil) == 0)
        }
    }

    @Test(
        "the number of a card is refused and not repeated",
        arguments: [
            "4242424242424242", "4242-4242-4242-4242", "4242 4242 4242 4242", "pm_4242424242424242", "378282246310005",
        ])
    func cardNumber(_ number: String) async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let answer = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(anvil), method: number), headers: Self.headers())
            #expect(answer.status == 422 && answer.fieldErrors == ["payment_method:not_allowed"])
            #expect(
                !String(decoding: answer.body, as: UTF8.self).contains("4242") && !"\(answer.headers)".contains("4242"))
            #expect(try await orders(shop, of: anvil) == 0)
            // Nor in an address.
            let address = Shop.order(Shop.items(anvil)).replacing(
                "12 St James Square", with: "Card 4242 4242 4242 4242")
            let second = try await shop.send(.post, "/orders", address, headers: Self.headers())
            #expect(second.fieldErrors == ["shipping_address.line1:not_allowed"])
            #expect(!String(decoding: second.body, as: UTF8.self).contains("4242 4242"))
            // Nor when another card is tried.
            let order = try await shop.send(.post, "/orders", Shop.order(Shop.items(anvil)), headers: Self.headers())
            let token = try #require(order.headers[.cartToken])
            let third = try await shop.send(
                .post, "/orders/\(try order.text("id"))/payments", #"{"payment_method": "\#(number)"}"#,
                headers: [.cartToken: token])
            #expect(third.status == 422 && third.fieldErrors == ["payment_method:not_allowed"])
        }
    }

    @Test("the currencies say in which steps and between which bounds they are charged")
    func currencies() async throws {
        try await Shop.open { shop in
            let answer = try await shop.send(.get, "/currencies")
            #expect(answer["items", "0", "code"] == .string("USD") && answer["items", "0", "step"] == .integer(1))
            #expect(
                answer["items", "0", "minimum"] == .integer(50)
                    && answer["items", "0", "maximum"] == .integer(99_999_999))
            // Others come with rates, each with steps and bounds of its own.
            let dinar = try #require(Currency("KWD"))
            let rates = [Currency.usd: ExchangeRate("1.0876"), dinar: ExchangeRate("0.33437")].compactMapValues(\.self)
            let today = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970))
            _ = try await shop.services.rates.swapIn(RateSet(source: "test", base: .eur, date: today, rates: rates))
            let all = try await shop.send(.get, "/currencies")
            let index = try #require((0..<3).map(String.init).first { all["items", $0, "code"] == .string("KWD") })
            #expect(all["items", index, "step"] == .integer(10) && all["items", index, "exponent"] == .integer(3))
            // What 0.50 USD are worth: 0.1537… KWD.
            #expect(all["items", index, "minimum"] == .integer(150))
            #expect(all["items", index, "maximum"] == .integer(99_999_990))
        }
    }
}
