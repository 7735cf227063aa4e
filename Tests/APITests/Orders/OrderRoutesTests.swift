import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Storage
import TestSupport
import Testing

@testable import API

@Suite("An order is accepted once, and only its buyer sees it", .database(migrations: try Shop.migrations()))
struct OrderRoutesTests {
    private static func key(_ value: String = UUID().uuidString, _ extra: HTTPFields = [:]) -> HTTPFields {
        var headers = extra
        headers[.idempotencyKey] = value
        return headers
    }

    @Test("a guest's express order is accepted")
    func acceptsAnExpressOrderOfAGuest() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(price: 1999)
            let key = Self.key()
            let body = Shop.order(Shop.items(anvil, 2))
            let answer = try await shop.send(.post, "/orders", body, headers: key)
            #expect(answer.status == 202)
            #expect(answer["status"] == .string("pending"))
            #expect(answer["total"] == .object(["amount": .integer(3998), "currency": .string("USD")]))
            let id = try answer.text("id")
            #expect(answer.headers[.location] == "/api/v1/orders/\(id)")
            #expect(answer.headers[.preferenceApplied] == nil)
            let token = try #require(answer.headers[.cartToken])

            // The lost answer: the client has no token yet and sends the same request again.
            let again = try await shop.send(.post, "/orders", body, headers: key)
            #expect(again.status == 200)
            #expect(again.headers[.idempotentReplayed] == "true")
            #expect(try again.text("id") == id)
            let second = try #require(again.headers[.cartToken])
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: second]).status == 200)

            let shown = try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: token])
            #expect(shown.status == 200)
            #expect(shown["shipping_address", "city"] == .string("London"))
            let events = try await shop.send(.get, "/orders/\(id)/events", headers: [.cartToken: token])
            #expect(events["items", "0", "event"] == .string("placed"))
            let list = try await shop.send(.get, "/orders", headers: [.cartToken: token])
            #expect(list["items", "0", "id"] == .string(id))
            let jobs = try await shop.database.query("SELECT 1 FROM jobs WHERE payload::text LIKE \("%" + id + "%")")
            #expect(jobs.count == 1)
        }
    }

    @Test("an idempotency key is refused for another body")
    func refusesTheKeyForAnotherBody() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let key = Self.key()
            #expect(try await shop.send(.post, "/orders", Shop.order(Shop.items(anvil)), headers: key).status == 202)
            let other = try await shop.send(.post, "/orders", Shop.order(Shop.items(anvil, 2)), headers: key)
            #expect(other.status == 422)
            #expect(other.problem == "idempotency_key_reused")
        }
    }

    @Test("bodies under one key are compared by meaning")
    func comparesBodiesByMeaning() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let key = Self.key()
            let body = Shop.order(Shop.items(anvil))
            let first = try await shop.send(.post, "/orders", body, headers: key)
            let spaced = try await shop.send(
                .post, "/orders", body.replacingOccurrences(of: ",", with: " ,\n"), headers: key)
            #expect(spaced.status == 200)
            #expect(try spaced.text("id") == first.text("id"))
        }
    }

    @Test("keys of two buyers are kept apart")
    func keepsTheKeysOfTwoBuyersApart() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let key = Self.key("same-key-for-both")
            let first = try await shop.register()
            let second = try await shop.register()
            let body = Shop.order(Shop.items(anvil), email: nil)
            let mine = try await shop.send(.post, "/orders", body, token: first.accessToken, headers: key)
            let theirs = try await shop.send(.post, "/orders", body, token: second.accessToken, headers: key)
            #expect(mine.status == 202)
            #expect(theirs.status == 202)
            #expect(try mine.text("id") != theirs.text("id"))
            for path in [
                "/orders/\(try mine.text("id"))", "/orders/\(try mine.text("id"))/events", "/orders/\(UUID())",
                "/orders/1",
            ] {
                let answer = try await shop.send(.get, path, token: second.accessToken)
                #expect(answer.status == 404)
                #expect(answer.problem == "not_found")
            }
            let list = try await shop.send(.get, "/orders", token: second.accessToken)
            #expect(list["items", "0", "id"] == .string(try theirs.text("id")))
            #expect(list["items", "1"] == nil)
            #expect(try await shop.send(.get, "/orders").status == 401)
        }
    }

    @Test("a cart is bought once")
    func buysTheCartOnce() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct(price: 500)
            let member = try await shop.register()
            _ = try await shop.send(
                .post, "/cart/items", #"{"product_id": "\#(anvil.id)", "quantity": 3}"#, token: member.accessToken)
            let wrong = #""expected_total": {"amount": 1499, "currency": "USD"}"#
            let changed = try await shop.send(
                .post, "/orders", Shop.order(wrong, email: nil), token: member.accessToken, headers: Self.key())
            #expect(changed.status == 409)
            #expect(changed.problem == "cart_changed")
            #expect(changed["actual_total", "amount"] == .integer(1500))

            let right = #""expected_total": {"amount": 1500, "currency": "USD"}"#
            let order = try await shop.send(
                .post, "/orders", Shop.order(right, email: nil), token: member.accessToken, headers: Self.key())
            #expect(order.status == 202)
            let edit = try await shop.send(
                .post, "/cart/items", #"{"product_id": "\#(anvil.id)", "quantity": 1}"#, token: member.accessToken)
            #expect(edit.status == 409)
            #expect(edit.problem == "cart_locked")
            let second = try await shop.send(
                .post, "/orders", Shop.order(right, email: nil), token: member.accessToken, headers: Self.key())
            #expect(second.status == 409)
        }
    }

    @Test("many copies of a request place one order")
    func copiesOfARequest() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let member = try await shop.register()
            let key = Self.key()
            let body = Shop.order(Shop.items(anvil), email: nil)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await shop.send(.post, "/orders", body, token: member.accessToken, headers: key)
                    }
                }
                return try await group.reduce(into: [Answer]()) { $0.append($1) }
            }
            #expect(answers.filter { $0.status == 202 }.count == 1)
            for answer in answers { #expect([202, 200, 409].contains(answer.status)) }
            for answer in answers where answer.status == 409 { #expect(answer.problem == "request_in_progress") }
            let orders = try await shop.database.query("SELECT 1 FROM orders WHERE user_id = \(member.id)")
            #expect(orders.count == 1)
        }
    }

    @Test("an incomplete order is told what is missing")
    func saysWhatIsMissing() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let body = Shop.order(Shop.items(anvil))
            #expect(try await shop.send(.post, "/orders", body).problem == "idempotency_key_missing")
            #expect(
                try await shop.send(.post, "/orders", body, headers: Self.key("two words")).problem
                    == "idempotency_key_invalid")
            let anonymous = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(anvil), email: nil), headers: Self.key())
            #expect(anonymous.fieldErrors == ["email:required"])
            #expect(try await shop.send(.post, "/orders", Shop.order(), headers: Self.key()).problem == "cart_empty")
            let sneaky = try await shop.send(
                .post, "/orders",
                Shop.order(Shop.items(anvil) + #", "total": {"amount": 1, "currency": "USD"}, "status": "confirmed""#),
                headers: Self.key())
            #expect(sneaky.fieldErrors == ["total:unknown_field", "status:unknown_field"])
        }
    }

    @Test("waiting for an outcome that does not come ends with 202")
    func waitsForTheOutcomeInVain() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let start = ContinuousClock.now
            let answer = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(anvil)),
                headers: Self.key(UUID().uuidString, [.prefer: "wait=1"]))
            #expect(answer.status == 202)
            #expect(answer.headers[.preferenceApplied] == "wait=1")
            #expect(start.duration(to: .now) >= .milliseconds(900))
        }
    }

    @Test(
        "an order whose outcome comes in time is answered with it",
        arguments: [
            (Outcome.confirmed, 201, nil), (.declined, 402, "payment_declined"), (.rejected, 409, "out_of_stock"),
            (.approval, 202, nil),
            (.refused("payment_method_unusable"), 422, "validation_failed"),
            (.refused("amount_too_small"), 422, "payment_refused"),
        ] as [(Outcome, Int, String?)])
    func answersWithTheOutcome(_ outcome: Outcome, status: Int, code: String?) async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let member = try await shop.register()
            let key = Self.key(UUID().uuidString, [.prefer: "wait=20"])
            let body = Shop.order(Shop.items(anvil), email: nil)
            async let answering = shop.send(.post, "/orders", body, token: member.accessToken, headers: key)
            try await shop.settle(member.id, as: outcome)
            let answer = try await answering
            #expect(answer.status == status)
            #expect(answer.problem == code)
            #expect(answer.headers[.preferenceApplied] == "wait=20")
            #expect(answer.headers[.location] != nil)
            if outcome == .declined {
                #expect(answer["decline_code"] == .string("insufficient_funds"))
                #expect(answer["order", "status"] == .string("payment_failed"))
            }
            if case .refused(let reason) = outcome {
                #expect(answer["order", "status"] == .string("rejected"))
                #expect(answer["order", "rejection_reason"] == .string(reason))
                if reason == "amount_too_small" { #expect(answer["reason"] == .string(reason)) }
                if reason == PaymentRefusal.unusableMethod.code {
                    #expect(answer.fieldErrors == ["payment_method:not_found"])
                }
            }
            if outcome == .approval { #expect(answer["payment", "client_secret"] == .string("pi_1_secret_1")) }

            let replay = try await shop.send(.post, "/orders", body, token: member.accessToken, headers: key)
            #expect(replay.status == (outcome == .confirmed ? 201 : 200))
            #expect(replay.headers[.idempotentReplayed] == "true")
        }
    }
}
