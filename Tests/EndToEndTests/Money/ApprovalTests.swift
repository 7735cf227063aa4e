import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A payment that the customer's bank wants approved comes to its end", .serialized)
struct ApprovalTests {
    /// An order whose customer is asked by the bank.
    private func waiting(in shop: Shop, _ product: Shop.Product, method: String = "pm_card_authenticationRequired")
        async throws -> Answer
    {
        let order = try await shop.order(product, method: method)
        #expect(order.status == 202, "\(order.text)")
        #expect(order.body?.payment?.status == "requires_action")
        return order
    }

    @Test("the webhook confirms the order within seconds")
    func confirmedByWebhook() async throws {
        try await Shop.open(webhooks: true) { shop in
            let metrics = try Metrics(shop)
            let processes = (
                try await shop.startSandbox(), try await shop.startAPI(),
                try await shop.startWorker(settings: metrics.settings)
            )
            let product = try await shop.products()[0]
            let order = try await waiting(in: shop, product)
            let id = try #require(order.body?.id)
            try await shop.authenticate(id, passing: true)
            try await eventually(within: .seconds(5), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            try await shop.waitUntilEventsAreHandled()
            // By the webhook: the sweep would have looked ten seconds after the customer was asked.
            #expect(try await shop.outcomes(of: "payment_intent.succeeded") == ["confirmed"])
            #expect(
                try await metrics.sum("payments_outcomes_total", #"outcome="confirmed""#, #"source="webhook""#) == 1)
            let handled = try await metrics.sum(
                "webhook_events_handled_total", #"type="payment.captured""#, #"outcome="confirmed""#)
            let taken = try await Metrics(apiOf: shop).sum("webhook_events_total", #"outcome="accepted""#)
            #expect(handled == 1 && taken == 2, "asked, and paid")
            #expect(try await shop.stock(of: product) == (product.onHand - 1, 0))
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime(processes) {}
        }
    }

    @Test("without webhooks the sweep confirms the order")
    func withoutWebhooksTheSweepConfirmsIt() async throws {
        try await Shop.running { shop in
            let product = try await shop.products()[0]
            let order = try await waiting(in: shop, product)
            let id = try #require(order.body?.id)
            try await shop.authenticate(id, passing: true)
            try await eventually(within: .seconds(30), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            #expect(try await shop.database.pool.query("SELECT 1 FROM webhook_events").isEmpty)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a customer who fails at the bank pays with another card")
    func anotherCard()
        async throws
    {
        try await Shop.running(webhooks: true) { shop in
            let product = try await shop.products()[0]
            let order = try await waiting(in: shop, product)
            let id = try #require(order.body?.id)
            try await shop.authenticate(id, passing: false)
            try await eventually(within: .seconds(5), "it is declined") {
                try await shop.orderStatus(id) == "payment_failed"
            }
            // The bank approves the next card and declines the charge all the same; the one after that is declined at
            // once.
            let second = try await shop.pay(order, method: "pm_card_threeDSecureRequiredChargeDeclined")
            #expect(second.status == 202 && second.body?.payment?.status == "requires_action", "\(second.text)")
            try await shop.authenticate(id, passing: true)
            try await eventually(within: .seconds(5), "it is declined again") {
                try await shop.orderStatus(id) == "payment_failed"
            }
            let third = try await shop.pay(order, method: "pm_card_visa_chargeDeclined")
            #expect(third.status == 402, "\(third.text)")
            let fourth = try await shop.pay(order, method: "pm_card_visa")
            #expect(fourth.status == 201 && fourth.orderStatus == "confirmed", "\(fourth.text)")
            #expect(try await shop.movements().map(\.kind) == ["charge"])
            try await shop.waitUntilEventsAreHandled()
            #expect(
                try await shop.outcomes(of: "payment_intent.payment_failed").filter { $0 == "declined" }.count == 2)
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a worker that died before the bank decided is not needed")
    func workerDiedBeforeTheBankDecided() async throws {
        try await Shop.open(webhooks: true) { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            let product = try await shop.products()[0]
            let order = try await waiting(in: shop, product)
            let id = try #require(order.body?.id)
            worker.kill()
            _ = try await worker.waitForExit()
            try await shop.authenticate(id, passing: true)
            // Taken by the API alone: durable, and answered.
            try await eventually("all events are taken") { try await shop.tellings().allSatisfy(\.delivered) }
            #expect(try await shop.orderStatus(id) == "reserved")
            let another = try await shop.startWorker()
            try await eventually(within: .seconds(30), "it is confirmed") {
                try await shop.orderStatus(id) == "confirmed"
            }
            try await shop.waitUntilEventsAreHandled()
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
            withExtendedLifetime((sandbox, api, another)) {}
        }
    }
}
