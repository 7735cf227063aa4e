import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("Money goes back as often as somebody asks, and once", .serialized)
struct MoneyBackTests {
    private func refunded(_ shop: Shop) async throws -> [Int] {
        try await shop.movements().filter { $0.kind == "refund" }.map(\.amount)
    }

    @Test("parts of an order are refunded, then the rest")
    func partsAndTheRestGoBack() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product, quantity: 2)
            #expect(order.status == 201, "\(order.text)")
            let (id, number) = (try #require(order.body?.id), try #require(order.body?.number))
            // The same command again, and once more: one refund.
            for _ in 0..<3 {
                _ = try await shop.cartwright("orders", "refund", "\(number)", "--amount", "1.00", "--key", "first")
            }
            try await eventually("part of it went back") { try await shop.orderStatus(id) == "partially_refunded" }
            #expect(try await refunded(shop) == [100])
            try await shop.checkEverythingAddsUp()
            _ = try await shop.cartwright("orders", "refund", "\(number)")
            try await eventually("all of it went back") { try await shop.orderStatus(id) == "refunded" }
            let moved = try await shop.movements()
            #expect(
                moved.filter { $0.kind == "refund" }.map(\.amount).reduce(0, +)
                    == moved.first { $0.kind == "charge" }?.amount)
            #expect(try await shop.stock(of: product) == (product.onHand - 2, 0))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a refund whose answer is lost is made once")
    func lostAnswer() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product)
            #expect(order.status == 201, "\(order.text)")
            try await shop.misbehave(
                #"{"faults": [{"kind": "drop_after_commit", "endpoint": "refund", "count": 2, "rate": 1}]}"#)
            _ = try await shop.cartwright("orders", "refund", "\(try #require(order.body?.number))")
            let id = try #require(order.body?.id)
            try await eventually(within: .seconds(60), "it went back") { try await shop.orderStatus(id) == "refunded" }
            #expect(try await refunded(shop).count == 1)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a refund made behind a failure is found on the provider's list")
    func refundBehindAFailure() async throws {
        try await Shop.running { shop in
            let order = try await shop.order(try await shop.products()[0])
            #expect(order.status == 201, "\(order.text)")
            try await shop.misbehave(
                #"{"faults": [{"kind": "error_500_after_commit", "endpoint": "refund", "count": 1, "rate": 1}]}"#)
            _ = try await shop.cartwright("orders", "refund", "\(try #require(order.body?.number))")
            let id = try #require(order.body?.id)
            try await eventually(within: .seconds(30), "it went back") { try await shop.orderStatus(id) == "refunded" }
            #expect(try await refunded(shop).count == 1)
            // Found there, and not asked for a second time under another key.
            let rows = try await shop.database.pool.query(
                "SELECT attempt FROM refunds WHERE provider_refund_id IS NOT NULL")
            let attempts: [Int] = try rows.map { try $0["attempt"] }
            #expect(attempts == [1])
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a paid order is canceled and refunded")
    func aPaidOrderIsCalledOff() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product, quantity: 3)
            #expect(order.status == 201, "\(order.text)")
            let answers = [try await shop.cancel(order), try await shop.cancel(order)]
            #expect(answers.map(\.status) == [200, 200])
            #expect(answers.map(\.orderStatus) == ["canceled", "canceled"])
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            try await shop.waitUntilMoneyIsBack()
            #expect(try await refunded(shop).count == 1)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("canceling while the card is charged ends in a refund or no charge")
    func canceledWhileCharged() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"latency_ms": 300}"#)
            // The provider takes about 0.6 s for each, so that every step of a checkout is met.
            let orders = try await withThrowingTaskGroup(of: Answer.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        let order = try await shop.order(product, wait: nil)
                        let moment = ContinuousClock.now + .milliseconds(100 * index)
                        try await letTimePass(until: moment, because: "each is canceled at another step")
                        let answer = try await shop.cancel(order)
                        #expect(answer.status == 200 || answer.status == 202, "\(answer.text)")
                        return order
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for order in orders {
                let id = order.headers["Location"]?.split(separator: "/").last.map(String.init) ?? "none"
                try await eventually(within: .seconds(60), "it is canceled") {
                    try await shop.orderStatus(id) == "canceled"
                }
            }
            try await shop.waitUntilMoneyIsBack()
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            try await shop.waitUntilSettled(within: .seconds(30))
            try await shop.checkEverythingAddsUp()
        }
    }
}
