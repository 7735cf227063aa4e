import Domain
import Foundation
import HTTPTypes
import JSON
import Logging
import Postgres
import Redis
import Resilience
import Storage
import TestSupport
import Testing

@testable import API

@Suite("An order shows what it waits for", .database(migrations: try Shop.migrations()))
struct WaitingTests {
    @Test("a waiting order shows its place and its reason")
    func placeAndReason() async throws {
        try await Shop.open { shop in
            let anvil = try await shop.addProduct()
            var answers: [Answer] = []
            for _ in 0..<2 {
                answers.append(
                    try await shop.send(
                        .post, "/orders", Shop.order(Shop.items(anvil, 1)),
                        headers: [.idempotencyKey: UUID().uuidString]))
            }
            #expect(answers.map(\.status) == [202, 202])
            #expect(answers[1]["waiting", "reason"] == .string("queued"))
            // Other tests of this suite place orders as well.
            guard case .integer(let first)? = answers[0]["waiting", "position"],
                case .integer(let second)? = answers[1]["waiting", "position"]
            else {
                Issue.record("\(answers)")
                return
            }
            #expect(second > first)
            let (id, token) = (try answers[1].text("id"), try #require(answers[1].headers[.cartToken]))
            let shown = try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: token])
            #expect(shown["waiting", "position"] == .integer(second))
            let list = try await shop.send(.get, "/orders", headers: [.cartToken: token])
            #expect(list["items", "0", "waiting", "reason"] == .string("queued"))

            try await shop.database.force(
                "orders",
                "UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = \(try #require(Order.ID(id)))")
            #expect(try await shop.send(.get, "/orders/\(id)", headers: [.cartToken: token])["waiting"] == nil)
        }
    }

    @Test("an order shows that it waits for a provider that is away")
    func aProviderThatIsAway() async throws {
        try await Shop.open { shop in
            let waits = shop.services.waits
            try await eventually("Redis is connected") { waits.redis.isConnected }
            let limiter = RedisRateLimiter(
                Provider.payments.rawValue, limits: .none, redis: waits.redis, prefix: waits.prefix,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            guard case .go(let ticket, _) = await limiter.admit("create") else {
                Issue.record("a closed limiter")
                return
            }
            #expect(ticket.isShared)
            await limiter.report(.refused("no such key"), of: "create", ticket)
            let anvil = try await shop.addProduct()
            let answer = try await shop.send(
                .post, "/orders", Shop.order(Shop.items(anvil, 1)), headers: [.idempotencyKey: UUID().uuidString])
            #expect(answer.status == 202)
            #expect(answer["waiting", "reason"] == .string("provider_unavailable"))
            #expect(answer["waiting", "estimated_seconds"] == .null)
        }
    }
}
