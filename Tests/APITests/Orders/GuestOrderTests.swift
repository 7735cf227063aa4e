import Crypto
import Domain
import Foundation
import HTTPTypes
import JSON
import Postgres
import Resilience
import Storage
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite(
    "A guest's order stays the guest's, whatever keys the server has and whoever logs in",
    .database(migrations: try Shop.migrations()))
struct GuestOrderTests {
    private static let old = SigningKey(id: "old", secret: Array("the signing key of last year, 32+ bytes".utf8))
    private static let new = SigningKey(id: "new", secret: Array("the signing key of this year, 32+ bytes".utf8))

    private static func key(_ value: String = UUID().uuidString, token: String? = nil) -> HTTPFields {
        var headers: HTTPFields = [.idempotencyKey: value]
        if let token { headers[.cartToken] = token }
        return headers
    }

    /// An order of a guest without a token, and the token that came with it.
    private static func order(_ shop: Shop, key: String = UUID().uuidString) async throws -> (
        id: String, token: String, body: String
    ) {
        let body = Shop.order(Shop.items(try await shop.addProduct()))
        let answer = try await shop.send(.post, "/orders", body, headers: Self.key(key))
        #expect(answer.status == 202)
        return (try answer.text("id"), try #require(answer.headers[.cartToken]), body)
    }

    @Test(
        "a repeated request finds its order with whatever signing keys", arguments: [[new, old], [new], [old, new]])
    func repeatsAcrossARotation(_ keys: [SigningKey]) async throws {
        let key = UUID().uuidString
        try await Shop.open(signingKeys: [Self.old]) { first in
            let (id, token, body) = try await Self.order(first, key: key)
            try await Shop.open(signingKeys: keys) { second in
                for headers in [Self.key(key), Self.key(key, token: token)] {
                    let again = try await second.send(.post, "/orders", body, headers: headers)
                    #expect(again.status == 200)
                    #expect(again.headers[.idempotentReplayed] == "true")
                    #expect(try again.text("id") == id)
                    let other = again.headers[.cartToken] ?? token
                    #expect(try await second.send(.get, "/orders/\(id)", headers: [.cartToken: other]).status == 200)
                    #expect(
                        try await second.send(.get, "/orders", headers: [.cartToken: other])["items", "0", "id"]
                            == .string(id))
                    // What came with the further token and a request without it are one identity.
                    let third = try await second.send(.post, "/orders", body, headers: Self.key(key, token: other))
                    #expect(try third.text("id") == id)
                }
            }
            let other = try await first.send(
                .post, "/orders", Shop.order(Shop.items(try await first.addProduct())), headers: Self.key(key))
            #expect(other.problem == "idempotency_key_reused")
        }
    }

    @Test("an order of the version before is found while its signing key is set")
    func repeatsAcrossAnUpdate() async throws {
        try await Shop.open(signingKeys: [Self.new, Self.old]) { shop in
            let anvil = try await shop.addProduct()
            let (key, body) = (UUID().uuidString, Shop.order(Shop.items(anvil)))
            // As the version before did it: the token is made from the first signing key, and names the guest.
            var code = HMAC<SHA256>(key: SymmetricKey(data: Self.old.secret))
            for part in ["cartwright express cart token", key, "guest@shop.example"] {
                code.update(data: Array(part.utf8) + [0])
            }
            let token = Base64URL.encode(Array(code.finalize()))
            let request = PlaceOrderRequest(
                idempotencyKey: key,
                fingerprint: Array(SHA256.hash(data: try JSONResponse.data(try JSONValue(parsing: Array(body.utf8))))),
                buyer: .guest(tokenHash: RandomToken.hash(token)),
                source: .items([.init(productID: anvil.id, quantity: try Quantity(1))]), paymentMethod: "pm_card_visa",
                email: try EmailAddress("guest@shop.example"),
                shippingAddress: try Address(name: "Ada", line1: "1 Road", city: "London", country: "GB"))
            guard case .placed(let order) = try await shop.services.orders.place(request) else {
                Issue.record("the order was not placed")
                return
            }
            for headers in [Self.key(key), Self.key(key, token: token)] {
                let again = try await shop.send(.post, "/orders", body, headers: headers)
                #expect(again.status == 200)
                #expect(try again.text("id") == order.id.description)
            }
            #expect(try await shop.send(.get, "/orders/\(order.id)", headers: [.cartToken: token]).status == 200)
        }
    }

    @Test("a rolling change of keys refuses no valid token on any process")
    func rotatesKeys() async throws {
        // Add the new key as the second everywhere; make it the first; remove the old one after the last old token has
        // expired.
        let phases = [[Self.old], [Self.old, Self.new], [Self.new, Self.old]]
        let known = Mutex<Member?>(nil)
        for (before, after) in zip(phases, phases.dropFirst()) {
            try await Shop.open(signingKeys: before) { one in
                if known.withLock({ $0 }) == nil {
                    let member = try await one.register()
                    known.withLock { $0 = member }
                }
                let someone = try #require(known.withLock { $0 })
                try await Shop.open(signingKeys: after) { two in
                    let body = #"{"email": "\#(someone.email)", "password": "\#(Member.password)"}"#
                    for issuer in [one, two] {
                        let token = try await issuer.send(.post, "/auth/login", body).text("access_token")
                        for process in [one, two] {
                            #expect(try await process.send(.get, "/me", token: token).status == 200)
                        }
                    }
                }
            }
        }
        try await Shop.open(signingKeys: [Self.new, Self.old]) { one in
            try await Shop.open(signingKeys: [Self.new]) { two in
                let email = try #require(known.withLock { $0 }).email
                let token = try await one.send(
                    .post, "/auth/login", #"{"email": "\#(email)", "password": "\#(Member.password)"}"#
                )
                .text("access_token")
                #expect(try await two.send(.get, "/me", token: token).status == 200)
            }
        }
    }

    @Test("the token takes the guest's orders over", arguments: ["register", "login", "request"])
    func takesOrdersOver(_ how: String) async throws {
        try await Shop.open { shop in
            let (id, token, body) = try await Self.order(shop, key: "guest-\(how)")
            let other = try await Self.order(shop)
            let email = "late\(UUID().uuidString.lowercased())@shop.example"
            let registration = #"{"email": "\#(email)", "password": "\#(Member.password)", "name": "Ada"}"#
            let session: Answer
            switch how {
            case "register":
                session = try await shop.send(.post, "/auth/register", registration, headers: [.cartToken: token])
                #expect(session["orders_taken_over"] == .integer(1))
            case "login":
                _ = try await shop.send(.post, "/auth/register", registration)
                let login = #"{"email": "\#(email)", "password": "\#(Member.password)"}"#
                session = try await shop.send(.post, "/auth/login", login, headers: [.cartToken: token])
                #expect(session["orders_taken_over"] == .integer(1))
            default:
                session = try await shop.send(.post, "/auth/register", registration)
                #expect(session["orders_taken_over"] == nil)
                let access = try session.text("access_token")
                #expect(try await shop.send(.get, "/orders/\(id)", token: access).status == 404)
                #expect(
                    try await shop.send(.get, "/orders/\(id)", token: access, headers: [.cartToken: token]).status
                        == 200)
            }
            let access = try session.text("access_token")
            #expect(try await shop.send(.get, "/orders/\(id)", token: access).status == 200)
            #expect(try await shop.send(.get, "/orders/\(id)/events", token: access).status == 200)
            let list = try await shop.send(.get, "/orders", token: access)
            #expect(list["items", "0", "id"] == .string(id))
            #expect(list["items", "1"] == nil)
            // The tab in which the payment is under way has only the token.
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: token]).status == 200)
            // Nobody else's token and nobody else's account.
            #expect(try await shop.send(.get, "/orders/\(other.id)", token: access).status == 404)
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: other.token]).status == 404)
            let stranger = try await shop.register(cartToken: token)
            #expect(
                try await shop.send(.get, "/orders/\(id)", token: stranger.accessToken, headers: [.cartToken: token])
                    .status == 404)
            let audited = try await shop.database.query(
                "SELECT 1 FROM audit_log WHERE action = 'order.taken_over' AND subject_id = \(id)")
            #expect(audited.count == 1)
            // The answer was lost, the guest logged in, and the client repeats its request with the account.
            let again = try await shop.send(.post, "/orders", body, token: access, headers: Self.key("guest-\(how)"))
            #expect(try again.text("id") == id)
            let orders = try await shop.database.query(
                "SELECT 1 FROM orders WHERE user_id IN (SELECT id FROM users WHERE email = \(email))")
            #expect(orders.count == 1)
        }
    }

    @Test("a further token takes them over as well")
    func takesOverByFurtherTokens() async throws {
        try await Shop.open { shop in
            let key = UUID().uuidString
            let (id, _, body) = try await Self.order(shop, key: key)
            let further = try #require(
                try await shop.send(.post, "/orders", body, headers: Self.key(key)).headers[.cartToken])
            let member = try await shop.register(cartToken: further)
            #expect(try await shop.send(.get, "/orders/\(id)", token: member.accessToken).status == 200)
        }
    }

    @Test("erasing the account ends what the token shows")
    func endsWithErasure() async throws {
        try await Shop.open { shop in
            let (id, token, _) = try await Self.order(shop)
            let member = try await shop.register(cartToken: token)
            try await shop.services.accounts.erase(member.id)
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: token]).status == 404)
        }
    }

    @Test("a token that was never given out is not taken")
    func refusesTokensOfOthersMaking() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let own = RandomToken.make()
            let line = #"{"product_id": "\#(anvil.id)", "quantity": 1}"#
            let cart = try await shop.send(.post, "/cart/items", line, headers: [.cartToken: own])
            let given = try #require(cart.headers[.cartToken])
            #expect(given != own)
            #expect(try await shop.send(.get, "/cart", headers: [.cartToken: own])["items"] == .array([]))
            #expect(
                try await shop.send(.get, "/cart", headers: [.cartToken: given])["items", "0", "quantity"]
                    == .integer(1))
            #expect(
                try await shop.send(.patch, "/cart/items/\(anvil.id)", #"{"quantity": 2}"#, headers: [.cartToken: own])
                    .status == 404)

            let placed = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(anvil)), headers: Self.key(token: own))
            #expect(placed.status == 202)
            let ordered = try #require(placed.headers[.cartToken])
            let id = try placed.text("id")
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: ordered]).status == 200)
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: own]).status == 404)
            #expect(try await shop.send(.get, "/orders", headers: [.cartToken: own])["items"] == .array([]))
            for path in ["/orders/\(id)/cancel", "/orders/\(id)/payments"] {
                let body = path.hasSuffix("payments") ? #"{"payment_method": "pm_card_visa"}"# : nil
                #expect(try await shop.send(.post, path, body, headers: [.cartToken: own]).status == 404)
            }
        }
    }

    @Test(
        "a disabled account cannot order, pay or cancel with a token that it still has",
        arguments: ["disabled", "logged out"])
    func asksTheAccountAboutMoney(_ how: String) async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            let member = try await shop.register()
            let body = Shop.order(Shop.items(anvil), email: nil)
            let order = try await shop.send(.post, "/orders", body, token: member.accessToken, headers: Self.key())
            let id = try order.text("id")
            if how == "disabled" {
                try await shop.database.execute("UPDATE users SET is_disabled = true WHERE id = \(member.id)")
            } else {
                try await shop.services.accounts.endAllSessions(of: member.id)
            }
            for (path, body) in [
                ("/orders", body), ("/orders/\(id)/payments", #"{"payment_method": "pm_card_visa"}"#),
                ("/orders/\(id)/cancel", nil),
            ] as [(String, String?)] {
                let answer = try await shop.send(.post, path, body, token: member.accessToken, headers: Self.key())
                #expect(answer.status == 401, "\(path)")
                #expect(answer.problem == "unauthorized")
            }
            #expect(try await shop.database.query("SELECT 1 FROM orders WHERE user_id = \(member.id)").count == 1)
        }
    }

    @Test("a customer without a token finds an order by its number and email address, and learns no more of others")
    func lookUp() async throws {
        let limits = RequestLimits([.account: RequestLimit(6, per: 3600)])
        try await Shop.open(limits: limits) { shop in
            let placed = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(try await shop.addProduct()), email: "Ada@shop.example"),
                headers: Self.key())
            guard case .integer(let number)? = placed["number"] else { throw CancellationError() }
            func find(_ number: String, _ email: String) async throws -> Answer {
                try await shop.send(.post, "/orders/lookup", #"{"number": \#(number), "email": "\#(email)"}"#)
            }
            let found = try await find("\(number)", "ADA@shop.example")
            #expect(found.status == 200)
            #expect(found["status"] == .string("pending") && found["items", "0", "quantity"] == .integer(1))
            // Neither names nor addresses, nor what would open more of it.
            for word in ["Lovelace", "St James", "shop.example", "\"id\"", "client_secret"] {
                #expect(!String(decoding: found.body, as: UTF8.self).contains(word), "\(word)")
            }
            let (other, missing) = (
                try await find("\(number)", "b@shop.example"), try await find("999999999", "a@b.example")
            )
            #expect(other.status == 404 && missing.status == 404)
            #expect(other["title"] == missing["title"] && other["detail"] == missing["detail"])
            for (number, email) in [
                ("0", "a@b.example"), ("-1", "a@b.example"), ("1.5", "a@b.example"), ("\"1\"", "a@b.example"),
                ("null", "a@b.example"), ("9223372036854775808", "a@b.example"), ("1", "nobody"), ("1", ""),
            ] { #expect(try await find(number, email).status == 422, "\(number) \(email)") }
            #expect(
                try await shop.send(
                    .post, "/orders/lookup", #"{"number": 1, "email": "a@b.example", "status": "x"}"#
                ).status == 422)
            // Two tries of this number are counted.
            for _ in 0..<4 { #expect(try await find("\(number)", "b@shop.example").status == 404) }
            #expect(try await find("\(number)", "ada@shop.example").status == 429)
        }
    }
}
