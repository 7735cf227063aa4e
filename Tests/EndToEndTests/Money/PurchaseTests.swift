import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("A checkout becomes a confirmed order", .serialized)
struct PurchaseTests {
    @Test("one request buys, emails and takes stock")
    func oneRequestBuysEmailsAndTakesStock() async throws {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let product = try await shop.products()[0]
            let answer = try await shop.order(product, quantity: 3)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.orderStatus == "confirmed")
            #expect(try await shop.stock(of: product) == (product.onHand - 3, 0))
            let id = try #require(answer.body?.id)
            let email = try await eventually("the email has arrived") {
                try await shop.emails().first { $0.order_id == id }
            }
            #expect(email.to == ["ada@example.com"])
            #expect(email.subject.contains("\(try #require(answer.body?.number))"))

            // The same key again: the same order, and nothing happens twice.
            let key = UUID().uuidString
            let first = try await shop.order(product, key: key)
            let replay = try await shop.order(product, key: key)
            #expect(replay.body?.id == first.body?.id)
            #expect(replay.headers["Idempotent-Replayed"] == "true")
            let other = try await shop.order(product, quantity: 2, key: key)
            #expect(other.status == 422)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()

            let doctor = try await shop.cartwright("doctor")
            #expect(!doctor.contains("FAIL"))
            for process in [worker, api, sandbox] {
                process.terminate()
                let exit = try await process.waitForExit(within: .seconds(30))
                #expect(exit == .code(0), "\(process.log.suffix(2000))")
            }
        }
    }

    @Test("a decline takes nothing and releases the stock")
    func declineTakesNothing() async throws {
        try await Shop.running(settings: ["RESERVATION_SECONDS": "3"]) { shop in
            let product = try await shop.products()[0]
            let answer = try await shop.order(product, quantity: 2, method: "pm_card_visa_chargeDeclined")
            #expect(answer.status == 402)
            #expect(answer.text.contains("generic_decline"))
            #expect(try await shop.stock(of: product).reserved == 2)
            try await eventually(within: .seconds(30), "the stock is back") {
                try await shop.stock(of: product) == (product.onHand, 0)
            }
            #expect(try await shop.movements().isEmpty)
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("another card pays after a decline")
    func anotherCardPaysAfterADecline() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            let first = try await shop.order(product, method: "pm_card_visa_chargeDeclined")
            #expect(first.status == 402)
            let second = try await shop.pay(first, method: "pm_card_visa_chargeDeclinedInsufficientFunds")
            #expect(second.status == 402)
            #expect(second.text.contains("insufficient_funds"))
            let third = try await shop.pay(first, method: "pm_card_mastercard")
            #expect(third.status == 201, "\(third.text)")
            #expect(third.orderStatus == "confirmed")
            let again = try await shop.pay(first, method: "pm_card_visa")
            #expect(again.status == 200)
            #expect(try await shop.movements().count == 1)
            #expect(try await shop.stock(of: product) == (product.onHand - 1, 0))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("an order beyond the stock is refused and not charged")
    func beyondTheStock()
        async throws
    {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            try await shop.setStock(of: product, to: 1)
            let answer = try await shop.order(product, quantity: 2)
            #expect(answer.status == 409)
            #expect(answer.text.contains("out_of_stock"))
            // Ten for the last one: one gets it, nine are refused, nobody else pays.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await shop.order(product).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 409 }.count == 9)
            #expect(try await shop.stock(of: product) == (0, 0))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a free order is confirmed without the provider")
    func freeOrder() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            try await shop.database.pool.execute("UPDATE products SET base_amount = 0 WHERE id = \(product.id)::uuid")
            // The provider would refuse everything it is asked.
            try await shop.misbehave(
                #"{"faults": [{"kind": "400", "endpoint": "create"}, {"kind": "400", "endpoint": "confirm"}]}"#)
            let answer = try await shop.order(product, quantity: 3, wait: nil)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.orderStatus == "confirmed" && answer.body?.payment?.status == "not_required")
            #expect(try await shop.stock(of: product) == (product.onHand - 3, 0))
            let id = try #require(answer.body?.id)
            _ = try await eventually("the email has arrived") { try await shop.emails().first { $0.order_id == id } }
            let canceled = try await shop.cancel(try await shop.order(product, wait: nil))
            #expect(canceled.status == 200 && canceled.orderStatus == "canceled")
            // What cannot be charged is refused at once.
            try await shop.database.pool.execute("UPDATE products SET base_amount = 10 WHERE id = \(product.id)::uuid")
            let small = try await shop.order(product)
            #expect(small.status == 422 && small.text.contains("amount_too_small"))
            #expect(try await shop.stock(of: product) == (product.onHand - 3, 0))
            try await shop.behave()
            #expect(try await shop.movements().isEmpty)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            #expect(try await !shop.cartwright("doctor").contains("FAIL"))
        }
    }
}
