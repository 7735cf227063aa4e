import Bootstrap
import Domain
import Foundation
import HTTPTypes
import Postgres
import Resilience
import Storage
import TestSupport
import Testing

@testable import API

@Suite("Every class of route has a limit for each client", .database(migrations: try Shop.migrations()))
struct RateLimitTests {
    private static let proxies = TrustedProxies([IPRange("127.0.0.1"), IPRange("::1")].compactMap { $0 })

    private static func every(_ count: Int) -> RequestLimits {
        RequestLimits(
            Dictionary(uniqueKeysWithValues: RequestClass.allCases.map { ($0, RequestLimit(count, per: 3600)) }))
    }

    private static func from(_ address: String) -> HTTPFields { [.forwardedFor: address] }

    @Test("each route has its class")
    func classes() async throws {
        try await Shop.withServices(database: try TestDatabase.current.pool) { services, logger in
            var found: [String: RequestClass] = [:]
            let base = Route.base
            let free = ["GET /healthz", "GET /readyz", "GET \(base)/openapi.json", "GET \(base)/openapi.yaml"]
            for route in shopRoutes(services, document: try APIDocument.load(), logger: logger).routes {
                let name = "\(route.method) \(route.path)"
                found[name] = route.limit
                #expect((route.limit == nil) == free.contains(name), "\(name)")
                if route.path.hasPrefix(base + "/admin/") { #expect(route.limit == .admin, "\(name)") }
            }
            #expect(found["POST \(base)/auth/login"] == .login)
            #expect(found["POST \(base)/auth/register"] == .registration)
            #expect(found["POST \(base)/auth/refresh"] == .session)
            #expect(found["GET \(base)/products"] == .read)
            #expect(found["POST \(base)/cart/items"] == .cart)
            #expect(found["POST \(base)/orders"] == .checkout)
            #expect(found["POST \(base)/orders/{id}/payments"] == .checkout)
            #expect(found["GET \(base)/orders/{id}"] == .read)
            #expect(found["POST \(base)/webhooks/stripe"] == .webhook)
        }
    }

    @Test("the request beyond the limit is 429 with the time to wait, and each before it says how many are left")
    func refused() async throws {
        try await Shop.open(limits: Self.every(2)) { shop in
            for left in ["1", "0"] {
                let answer = try await shop.send(.get, "/categories")
                #expect(answer.status == 200)
                #expect(answer.headers[.rateLimitPolicy] == "\"read\";q=2;w=3600")
                #expect(answer.headers[.rateLimit]?.hasPrefix("\"read\";r=\(left);t=") == true)
            }
            let refused = try await shop.send(.get, "/categories")
            #expect(refused.status == 429)
            #expect(try refused.text("code") == "too_many_requests")
            #expect(refused.headers[.contentType] == "application/problem+json")
            let wait = try #require(refused.headers[.retryAfter].flatMap { Int($0) })
            #expect((1...7200).contains(wait))
            #expect(refused.headers[.rateLimit] == "\"read\";r=0;t=\(wait)")
            // Another class is another limit, and errors say how many are left too.
            let cart = try await shop.send(.delete, "/cart/items/\(UUID())")
            #expect(cart.status == 404)
            #expect(cart.headers[.rateLimit]?.hasPrefix("\"cart\";r=1") == true)
            // What is asked by machines of our own is not limited.
            for _ in 0..<5 { #expect(try await shop.send(.get, "//healthz").status == 200) }
        }
    }

    @Test("behind a trusted proxy each client has its own limit, and nobody gets another by writing a header")
    func proxied() async throws {
        try await Shop.open(proxies: Self.proxies, limits: Self.every(1)) { shop in
            func status(_ address: String) async throws -> Int {
                try await shop.send(.get, "/categories", headers: Self.from(address)).status
            }
            let first = try await status("192.0.2.1")
            #expect(first == 200)
            #expect(try await status("192.0.2.2") == 200)
            #expect(try await status("192.0.2.1") == 429)
            #expect(try await status("203.0.113.5, 192.0.2.1") == 429)
            // One customer's network of version 6.
            #expect(try await status("2001:db8::1") == 200)
            #expect(try await status("[2001:db8::ffff]:443") == 429)
            #expect(try await status("2001:db8:0:1::1") == 200)
        }
        try await Shop.open(limits: Self.every(1)) { shop in
            let first = try await shop.send(.get, "/categories", headers: Self.from("192.0.2.1"))
            let second = try await shop.send(.get, "/categories", headers: Self.from("192.0.2.2"))
            #expect(first.status == 200)
            #expect(second.status == 429)
        }
    }

    @Test("users are counted wherever they come from, and do not share their address's limit")
    func users() async throws {
        try await Shop.open(proxies: Self.proxies) { shop in
            let ada = try await shop.register()
            let bob = try await shop.register()
            try await Shop.open(database: shop.database, proxies: Self.proxies, limits: Self.every(1)) { limited in
                func status(_ member: Member, _ address: String) async throws -> Int {
                    try await limited.send(.get, "/orders", token: member.accessToken, headers: Self.from(address))
                        .status
                }
                let first = try await status(ada, "192.0.2.1")
                #expect(first == 200)
                #expect(try await status(bob, "192.0.2.1") == 200)
                #expect(try await status(ada, "192.0.2.2") == 429)
            }
        }
    }

    @Test("anonymous carts are not given out without end")
    func carts() async throws {
        let limits = RequestLimits([.newCart: RequestLimit(2, per: 3600)])
        try await Shop.open(limits: limits) { shop in
            let product = try await shop.addProduct()
            let body = #"{"product_id": "\#(product.id)", "quantity": 1}"#
            var token: String?
            for _ in 0..<2 {
                let answer = try await shop.send(.post, "/cart/items", body)
                #expect(answer.status == 200)
                token = answer.headers[.cartToken]
            }
            #expect(try await shop.send(.post, "/cart/items", body).status == 429)
            // Who has one goes on.
            #expect(
                try await shop.send(.post, "/cart/items", body, headers: [.cartToken: try #require(token)]).status
                    == 200)
        }
    }

    @Test("a refused order leaves nothing behind, and its key is free")
    func orders() async throws {
        let limits = RequestLimits([.checkout: RequestLimit(1, per: 3600)])
        try await Shop.open(limits: limits) { shop in
            let product = try await shop.addProduct()
            let body = Shop.order(Shop.items(product))
            #expect(
                try await shop.send(.post, "/orders", body, headers: [.idempotencyKey: UUID().uuidString]).status == 202
            )
            let refused = try await shop.send(.post, "/orders", body, headers: [.idempotencyKey: "the refused one"])
            #expect(refused.status == 429)
            let rows = try await shop.database.query("SELECT 1 FROM idempotency_keys WHERE key = 'the refused one'")
            #expect(rows.isEmpty)
        }
    }

    @Test("audit rows have the client's address, not the proxy's")
    func audit() async throws {
        try await Shop.open(proxies: Self.proxies) { shop in
            let product = try await shop.addProduct()
            let answer = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(product)),
                headers: [.idempotencyKey: UUID().uuidString, .forwardedFor: "203.0.113.9, 198.51.100.7"])
            let row = try #require(
                try await shop.database.query(
                    """
                    SELECT remote_address FROM audit_log
                     WHERE action = 'order.placed' AND subject_id = \(try answer.text("id"))
                    """
                ).first)
            #expect(try row["remote_address"] == "198.51.100.7")
        }
    }
}
