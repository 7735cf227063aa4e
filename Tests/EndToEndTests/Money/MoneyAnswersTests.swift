import Foundation
import OutboundHTTP
import TestSupport
import Testing

@Suite("What the API answers about money is what the provider's books say", .serialized)
struct MoneyAnswersTests {
    /// How often each race is run.
    private static let rounds = Chaos.scale(4, full: 20)

    private func givenBack(_ shop: Shop, _ order: String) async throws -> Int {
        try await shop.movements().filter { $0.order_id == order && $0.kind == "refund" }.map(\.amount).reduce(0, +)
    }

    @Test("no more is refunded than was captured")
    func noMoreGoesBackThanWasTaken() async throws {
        try await Shop.running { shop in
            let operating = try await shop.makeOperator()
            let product = try await shop.products()[0]
            for _ in 0..<Self.rounds {
                let order = try await shop.order(product, quantity: 2)
                #expect(order.status == 201, "\(order.text)")
                let id = try #require(order.body?.id)
                let total = try #require(try await shop.charges(of: id).first)
                func expectRefusal(of amount: Int, left: Int) async throws {
                    let answer = try await shop.refund(id, amount: amount, by: operating)
                    #expect(answer.status == 409 && answer.text.contains("refund_exceeds_captured"), "\(answer.text)")
                    #expect(answer.body?.refundable == Answer.Amount(amount: left, currency: "USD"), "\(answer.text)")
                }
                try await expectRefusal(of: total + 1, left: total)
                #expect(try await shop.refund(id, amount: 100, by: operating).status == 202)
                // Refused for what was promised, whether it has gone back yet or not.
                try await expectRefusal(of: total, left: total - 100)
                let euros = try await shop.refund(id, amount: 100, currency: "EUR", by: operating)
                #expect(euros.status == 422, "\(euros.text)")
                #expect(try await shop.refund(id, by: operating).status == 202)
                try await expectRefusal(of: 1, left: 0)
                try await shop.wait(for: "refunded", of: id)
                #expect(try await givenBack(shop, id) == total)
            }
            let unpaid = try await shop.order(product, method: "pm_card_visa_chargeDeclined")
            let answer = try await shop.refund(try #require(unpaid.orderID), by: operating)
            #expect(answer.status == 409 && answer.text.contains("order_not_paid"), "\(answer.text)")
            try await shop.settleUp()
        }
    }

    @Test("of twenty refunds at once those that fit go through")
    func twentyRefundsAtOnce() async throws {
        try await Shop.running { shop in
            let operating = try await shop.makeOperator()
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"latencies": {"refund": {"ms": 300}}}"#)
            for _ in 0..<Self.rounds {
                let id = try #require(try await shop.order(product).body?.id)
                let total = try #require(try await shop.charges(of: id).first)
                let part = total / 7
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for _ in 0..<20 { group.addTask { try await shop.refund(id, amount: part, by: operating) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.filter { $0.status == 202 }.count == 7, "\(answers.map(\.status))")
                #expect(answers.filter { $0.status == 409 && $0.text.contains("refund_exceeds_captured") }.count == 13)
                try await eventually(within: .seconds(30), "all of them have gone back") {
                    try await givenBack(shop, id) == 7 * part
                }
            }
            try await shop.waitUntilMoneyIsBack()
            try await shop.settleUp()
        }
    }

    @Test("one key makes one refund")
    func oneRefundUnderOneKey() async throws {
        try await Shop.running { shop in
            let operating = try await shop.makeOperator()
            let id = try #require(try await shop.order(try await shop.products()[0]).body?.id)
            for round in 1...Self.rounds {
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for _ in 0..<20 {
                        group.addTask { try await shop.refund(id, amount: 10, key: "round-\(round)", by: operating) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.filter { $0.status == 202 }.count == 1, "\(answers.map(\.status))")
                #expect(answers.filter { $0.status == 200 && $0.headers["Idempotent-Replayed"] == "true" }.count == 19)
                #expect(Set(answers.map(\.body?.id)).count == 1)
                try await eventually(within: .seconds(30), "it has gone back") {
                    try await givenBack(shop, id) == 10 * round
                }
            }
            try await shop.waitUntilMoneyIsBack()
            try await shop.settleUp()
        }
    }

    /// Each is called off at another moment: before the provider has charged, right then, and after it.
    @Test("an order canceled while its card is charged ends one way")
    func calledOffWhileTheCardIsCharged() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"latencies": {"confirm": {"ms": 800}}}"#)
            let count = 4 * Self.rounds
            let orders = try await withThrowingTaskGroup(of: (placed: Answer, canceled: Answer).self) { group in
                for index in 0..<count {
                    group.addTask {
                        let placed = try await shop.order(product, wait: nil)
                        let id = try #require(placed.body?.id)
                        try await eventually("the card is being charged") {
                            try await shop.state(of: id).payment != "created"
                        }
                        let moment = ContinuousClock.now + .milliseconds(1600 * index / count)
                        try await eventually("its moment has come") { ContinuousClock.now >= moment }
                        return (placed, try await shop.cancel(placed))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for order in orders {
                let id = try #require(order.placed.body?.id)
                // Over at once, or while money is under way when the provider has been asked.
                if order.canceled.status == 200 {
                    #expect(order.canceled.orderStatus == "canceled", "\(order.canceled.text)")
                } else {
                    #expect(order.canceled.status == 202, "\(order.canceled.text)")
                    try await shop.wait(for: "canceled", of: id)
                }
                let again = try await shop.cancel(order.placed)
                #expect(again.status == 200 && again.orderStatus == "canceled", "\(again.text)")
                let other = try await shop.pay(order.placed, method: "pm_card_visa")
                #expect(other.status == 409 && other.text.contains("order_not_payable"), "\(other.text)")
            }
            try await shop.waitUntilMoneyIsBack()
            #expect(try await shop.stock(of: product) == (product.onHand, 0))
            try await shop.settleUp()
            let charged = try await shop.movements().filter { $0.kind == "charge" }.count
            #expect(charged > 0 && charged < count)
        }
    }

    /// Two sweeps a second apart meet confirmations that take from one second to three.
    @Test("an order out of time while its card is charged ends one way")
    func outOfTimeWhileTheCardIsCharged()
        async throws
    {
        try await Shop.running(settings: ["RESERVATION_SECONDS": "1"]) { shop in
            let product = try await shop.products()[0]
            try await shop.misbehave(#"{"latencies": {"confirm": {"median_ms": 1500, "p99_ms": 4000}}}"#)
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<(5 * Self.rounds) { group.addTask { try await shop.order(product, wait: 30) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var paid = 0
            for answer in answers {
                let id = try #require(answer.orderID)
                let charges = try await shop.charges(of: id)
                switch answer.status {
                case 201:
                    paid += 1
                    #expect(answer.orderStatus == "confirmed" && charges.count == 1)
                case 409:
                    #expect(answer.text.contains("order_expired"), "\(answer.text)")
                    #expect(try await shop.orderStatus(id) == "expired")
                    #expect(charges.isEmpty)
                default: Issue.record("\(answer.status): \(answer.text)")
                }
            }
            #expect(try await shop.stock(of: product) == (product.onHand - paid, 0))
            try await shop.settleUp()
        }
    }
}
