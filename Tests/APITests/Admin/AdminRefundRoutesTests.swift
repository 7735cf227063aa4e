import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Operators give money back, once and on record", .database(migrations: try Shop.migrations()))
struct AdminRefundRoutesTests {
    /// An order of this member over 19.99 USD, paid.
    private func paid(_ member: Member, in shop: Shop, currency: String = "USD") async throws -> String {
        let anvil = try await shop.addProduct(price: 1999)
        let placed = try await shop.send(
            .post, "/orders", Shop.order(Shop.items(anvil) + #", "currency": "\#(currency)""#, email: nil),
            token: member.accessToken,
            headers: [.idempotencyKey: UUID().uuidString])
        try await shop.settle(member.id, as: .confirmed)
        let id = try placed.text("id")
        try await shop.database.execute(
            """
            UPDATE payments SET status = 'captured', captured_amount = amount, provider_intent_id = \("pi_" + id)
                WHERE order_id = \(id)::uuid
            """)
        return id
    }

    private func refund(
        _ id: String, _ body: String, _ token: String, key: String = UUID().uuidString, in shop: Shop
    ) async throws -> Answer {
        try await shop.send(.post, "/admin/orders/\(id)/refunds", body, token: token, headers: [.idempotencyKey: key])
    }

    @Test("partial refunds add up, and a repeated request refunds once")
    func takesPartsAndRepeats() async throws {
        try await Shop.open { shop in
            let (customer, operator_) = (try await shop.register(), try await shop.register(role: .operator))
            let token = operator_.accessToken
            let id = try await paid(customer, in: shop)
            let part = #"{"amount": {"amount": 999, "currency": "USD"}, "reason": "duplicate"}"#
            let first = try await refund(id, part, token, key: "k1", in: shop)
            #expect(first.status == 202)
            #expect(first["status"] == .string("requested"))
            #expect(first["reason"] == .string("duplicate"))
            #expect(first["base_amount"] == .null)
            let again = try await refund(id, part, token, key: "k1", in: shop)
            #expect(again.status == 200)
            #expect(again.headers[.idempotentReplayed] == "true")
            #expect(try again.text("id") == first.text("id"))
            let other = try await refund(
                id, #"{"amount": {"amount": 1, "currency": "USD"}}"#, token, key: "k1", in: shop)
            #expect(other.problem == "idempotency_key_reused")

            let tooMuch = try await refund(id, #"{"amount": {"amount": 1001, "currency": "USD"}}"#, token, in: shop)
            #expect(tooMuch.status == 409)
            #expect(tooMuch.problem == "refund_exceeds_captured")
            #expect(tooMuch["refundable", "amount"] == .integer(1000))
            let rest = try await refund(id, "{}", token, in: shop)
            #expect(rest["amount", "amount"] == .integer(1000))

            let list = try await shop.send(.get, "/admin/orders/\(id)/refunds", token: token)
            #expect(list["items", "0", "id"] == first["id"])
            #expect(list["items", "1", "id"] == rest["id"])
            let actors = try await shop.database.query(
                "SELECT actor_id FROM audit_log WHERE action = 'refund.requested' AND subject_id = \(id)")
            #expect(
                try actors.map { try $0["actor_id"] as String? } == [
                    operator_.id.description, operator_.id.description,
                ])
        }
    }

    @Test("staff see what was refunded and no secret")
    func showsStaffWhatWentBackAndNoSecret() async throws {
        try await Shop.open { shop in
            let (customer, support) = (try await shop.register(), try await shop.register(role: .support))
            let id = try await paid(customer, in: shop)
            let operator_ = try await shop.register(role: .operator)
            let made = try await refund(id, "{}", operator_.accessToken, in: shop)
            let refundID = try #require(Refund.ID(try made.text("id")))
            _ = try await shop.services.refunds.record(
                ProviderRefund(id: .init(rawValue: "re_\(refundID)"), status: .succeeded, amount: Money(1999, .usd)),
                for: refundID)
            let shown = try await shop.send(.get, "/admin/orders/\(id)", token: support.accessToken)
            #expect(shown["status"] == .string("refunded"))
            #expect(shown["refunded", "amount"] == .integer(1999))
            #expect(shown["refunds", "0", "provider_id"] == .string("re_\(refundID)"))
            #expect(shown["user_id"] == .string(customer.id.description))
            let own = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            #expect(own["refunded", "amount"] == .integer(1999))
            #expect(
                own["refunds", "0", "id"] == .string("\(refundID)")
                    && own["refunds", "0", "status"] == .string("succeeded"))
            #expect(
                own["refunds", "0", "reason"] == nil && own["refunds", "0", "failure_reason"] == nil,
                "why is between the shop and its staff")
            #expect(own["payment", "captured", "amount"] == .integer(1999))

            try await shop.database.force(
                "payments",
                "UPDATE payments SET status = 'requires_action', client_secret = 'secret' WHERE order_id = \(id)::uuid")
            #expect(
                try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)["payment", "client_secret"]
                    == .string("secret"))
            let secret = try await shop.send(.get, "/admin/orders/\(id)", token: support.accessToken)
            #expect(secret["payment", "status"] == .string("requires_action"))
            #expect(secret["payment", "client_secret"] == nil)
        }
    }

    @Test("an order in another currency goes back in it, and is worth what it was priced at, whatever rates are since")
    func keepsTheRateOfTheOrder() async throws {
        try await Shop.open { shop in
            func publish(_ yen: String, daysAgo: Int) async throws {
                let day = CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970) - Int64(daysAgo) * 86_400)
                let set = RateSet(source: "ecb", base: .usd, date: day, rates: [.jpy: try #require(ExchangeRate(yen))])
                #expect(try await shop.services.rates.swapIn(set) == .swapped)
            }
            try await shop.database.execute("DELETE FROM rate_sets")
            try await publish("150", daysAgo: 2)
            let (customer, token) = (try await shop.register(), try await shop.register(role: .operator).accessToken)
            let id = try await paid(customer, in: shop, currency: "JPY")
            try await publish("170", daysAgo: 1)

            // 19.99 USD were 2999 JPY at 150, and a third of them is 6.66, the next 6.67.
            let first = try await refund(id, #"{"amount": {"amount": 999, "currency": "JPY"}}"#, token, in: shop)
            #expect(first["base_amount"] == .object(["amount": .integer(666), "currency": .string("USD")]))
            let rest = try await refund(id, "{}", token, in: shop)
            #expect(rest["amount"] == .object(["amount": .integer(2000), "currency": .string("JPY")]))
            #expect(rest["base_amount", "amount"] == .integer(1333))
            let shown = try await shop.send(.get, "/admin/orders/\(id)", token: token)
            #expect(shown["rate", "base"] == .string("USD") && shown["rate", "value"] == .string("150"))
            #expect(shown["refunds", "0", "base_amount", "amount"] == .integer(666))
            let list = try await shop.send(.get, "/admin/orders/\(id)/refunds", token: token)
            #expect(list["items", "1", "base_amount", "amount"] == .integer(1333))
        }
    }

    @Test("pieces are named, bounded by what was bought, and go back on the shelf when the refund stands")
    func takesPieces() async throws {
        try await Shop.open { shop in
            let (customer, token) = (try await shop.register(), try await shop.register(role: .operator).accessToken)
            let id = try await paid(customer, in: shop)
            let order = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            guard case .string(let product)? = order["items", "0", "product_id"] else {
                throw Answer.Missing(name: "items", body: "no order")
            }
            let tooMany = try await refund(
                id, #"{"items": [{"product_id": "\#(product)", "quantity": 2}]}"#, token, in: shop)
            #expect(tooMany.status == 422 && tooMany["errors", "0", "field"] == .string("items[0].quantity"))
            let other = try await refund(
                id, #"{"items": [{"product_id": "\#(UUID())", "quantity": 1}]}"#, token, in: shop)
            #expect(other.status == 422 && other["errors", "0", "field"] == .string("items[0].product_id"))
            let made = try await refund(
                id,
                #"{"items": [{"product_id": "\#(product)", "quantity": 1, "restock": true}], "reason": "duplicate"}"#,
                token, in: shop)
            #expect(made.status == 202 && made.headers[.retryAfter] == "1")
            #expect(
                made["amount", "amount"] == .integer(1999) && made["source"] == .string("shop")
                    && made["restock"] == .bool(true))
            #expect(made["items", "0", "quantity"] == .integer(1) && made["items", "0", "restocked"] == .integer(0))
            let list = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            #expect(list["refunds", "0", "items", "0", "product_id"] == .string(product))
        }
    }

    @Test("orders show to their buyer the card and until when the goods are held")
    func showsCardAndHold() async throws {
        try await Shop.open { shop in
            let customer = try await shop.register()
            let id = try await paid(customer, in: shop)
            try await shop.database.execute(
                """
                UPDATE payments SET card_brand = 'visa', card_last_four = '4242' WHERE order_id = \(id)::uuid
                """)
            try await shop.database.execute(
                "UPDATE orders SET reserved_until = '2030-01-01T00:00:00Z' WHERE id = \(id)::uuid")
            let own = try await shop.send(.get, "/orders/\(id)", token: customer.accessToken)
            #expect(own["payment", "card"] == .object(["brand": .string("visa"), "last4": .string("4242")]))
            #expect(own["expires_at"] == .string("2030-01-01T00:00:00.000Z"))
            #expect(own["refunds"] == .array([]))
        }
    }

    @Test("a part of what is held can be taken, and the wish is answered with when to ask again")
    func takesPart() async throws {
        try await Shop.open { shop in
            let (customer, token) = (try await shop.register(), try await shop.register(role: .operator).accessToken)
            let id = try await paid(customer, in: shop)
            try await shop.database.force(
                "payments",
                "UPDATE payments SET status = 'authorized', captured_amount = 0 WHERE order_id = \(id)::uuid")
            func capture(_ body: String?) async throws -> Answer {
                try await shop.send(.post, "/admin/orders/\(id)/capture", body, token: token)
            }
            let tooMuch = try await capture(#"{"amount": {"amount": 2000, "currency": "USD"}}"#)
            #expect(tooMuch.status == 409 && tooMuch.problem == "capture_exceeds_authorized")
            #expect(tooMuch["capturable", "amount"] == .integer(1999))
            #expect(try await capture(#"{"amount": {"amount": 1, "currency": "EUR"}}"#).status == 422)
            #expect(try await capture(#"{"amount": {"amount": 0, "currency": "USD"}}"#).status == 422)
            #expect(try await capture(#"{"all": true}"#).status == 422)
            let part = try await capture(#"{"amount": {"amount": 500, "currency": "USD"}}"#)
            #expect(part.status == 202 && part.headers[.retryAfter] == "1")
            #expect(part["payment", "authorized", "amount"] == .integer(1999))
            #expect(
                try await capture(#"{"amount": {"amount": 501, "currency": "USD"}}"#).problem
                    == "capture_already_requested")
            #expect(try await capture(nil).status == 202)
        }
    }

    @Test("an authorized payment is captured once")
    func takesWhatIsSetAsideOnce() async throws {
        try await Shop.open { shop in
            let (customer, operator_) = (try await shop.register(), try await shop.register(role: .operator))
            let id = try await paid(customer, in: shop)
            func capture() async throws -> Answer {
                try await shop.send(.post, "/admin/orders/\(id)/capture", token: operator_.accessToken)
            }
            #expect(try await capture().status == 200)
            try await shop.database.force(
                "payments",
                "UPDATE payments SET status = 'authorized', captured_amount = 0 WHERE order_id = \(id)::uuid")
            for _ in 0..<2 { #expect(try await capture().status == 202) }
            #expect(
                try await shop.database.query(
                    "SELECT 1 FROM jobs WHERE name = 'payment.capture' AND payload ->> 'orderID' = \(id)"
                ).count
                    == 1)
            try await shop.database.force(
                "payments", "UPDATE payments SET status = 'failed' WHERE order_id = \(id)::uuid")
            #expect(try await capture().problem == "order_not_authorized")
        }
    }

    @Test("a wrong refund is told what is wrong")
    func saysWhatIsWrong() async throws {
        try await Shop.open { shop in
            let (customer, operator_) = (try await shop.register(), try await shop.register(role: .operator))
            let token = operator_.accessToken
            let id = try await paid(customer, in: shop)
            let wrong: [(String, Set<String>)] = [
                (#"{"amount": {"amount": 0, "currency": "USD"}}"#, ["amount.amount:out_of_range"]),
                (
                    #"{"amount": 5, "restock": 1, "all": true}"#,
                    ["amount:wrong_type", "restock:unknown_field", "all:unknown_field"]
                ),
                (#"{"items": []}"#, ["items:out_of_range"]),
                (
                    #"{"items": [{"product_id": "x", "quantity": 0, "restock": 1, "sku": "PEN"}]}"#,
                    [
                        "items[0].product_id:invalid_format", "items[0].quantity:out_of_range",
                        "items[0].restock:wrong_type",
                        "items[0].sku:unknown_field",
                    ]
                ),
                (#"{"reason": "late_payment"}"#, ["reason:invalid_format"]),
                (#"{"amount": {"amount": 5, "currency": "EUR"}}"#, ["amount.currency:not_allowed"]),
            ]
            for (body, errors) in wrong {
                #expect(try await refund(id, body, token, in: shop).fieldErrors == errors, "\(body)")
            }
            let keyless = try await shop.send(.post, "/admin/orders/\(id)/refunds", "{}", token: token)
            #expect(keyless.problem == "idempotency_key_missing")
            for path in [UUID().uuidString, "1"] {
                #expect(try await refund(path, "{}", token, in: shop).problem == "not_found")
            }
            try await shop.database.force(
                "payments", "UPDATE payments SET status = 'failed', captured_amount = 0 WHERE order_id = \(id)::uuid")
            #expect(try await refund(id, "{}", token, in: shop).problem == "order_not_paid")
            #expect(try await shop.database.query("SELECT 1 FROM refunds WHERE order_id = \(id)::uuid").isEmpty)
        }
    }
}
