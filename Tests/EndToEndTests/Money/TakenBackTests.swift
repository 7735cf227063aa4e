import Foundation
import OutboundHTTP
import Postgres
import TestSupport
import Testing

@Suite("What banks send or take back is heard of", .serialized)
struct TakenBackTests {
    /// Long enough that nothing happens before the test says so.
    private static let settings = ["SANDBOX_LATER_MS": "600000"]

    @Test("a refund that fails later restores the order's state")
    func refundFailsLater() async throws {
        try await Shop.running(settings: Self.settings, webhooks: true) { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product, method: "pm_card_refundFail")
            #expect(order.status == 201, "\(order.text)")
            let (id, number) = (try #require(order.body?.id), "\(try #require(order.body?.number))")
            _ = try await shop.cartwright("orders", "refund", number)
            try await eventually(within: .seconds(20), "it is refunded") {
                try await shop.orderStatus(id) == "refunded"
            }
            _ = try await shop.delivery("refund", of: id, becomes: "sent")
            try await shop.letTimePass()
            try await eventually(within: .seconds(10), "the money is the shop's again") {
                try await shop.orderStatus(id) == "confirmed"
            }
            let refunds = try await shop.database.pool.query("SELECT status FROM refunds")
            #expect(try refunds.map { try $0["status"] as String } == ["failed"])
            #expect(try await shop.cartwright("orders", "show", number).contains("refund_failed"))
            // The customer, who was told that the money is on its way, is told that it came back.
            _ = try await shop.delivery("refund_failed", of: id, becomes: "sent")
            try await shop.waitUntilEventsAreHandled()
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a refund that arrives later is noted")
    func aRefundThatArrivesLaterIsNoted() async throws {
        try await Shop.running(settings: Self.settings, webhooks: true) { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product, method: "pm_card_pendingRefund")
            let id = try #require(order.body?.id)
            _ = try await shop.cartwright("orders", "refund", "\(try #require(order.body?.number))")
            try await eventually(within: .seconds(20), "the provider has it") {
                try await shop.database.pool.query("SELECT 1 FROM refunds WHERE status = 'pending'").count == 1
            }
            #expect(try await shop.orderStatus(id) == "confirmed")
            try await shop.letTimePass()
            try await eventually(within: .seconds(4), "it is refunded") { try await shop.orderStatus(id) == "refunded" }
            try await shop.waitUntilEventsAreHandled()
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }

    @Test("a dispute is shown until it is decided", arguments: ["won", "lost"])
    func aDisputeIsShownUntilItIsDecided(_ end: String) async throws {
        try await Shop.running(settings: Self.settings, webhooks: true) { shop in
            let product = try await shop.products()[0]
            let order = try await shop.order(product, method: "pm_card_createDispute")
            #expect(order.status == 201, "\(order.text)")
            let number = "\(try #require(order.body?.number))"
            try await shop.letTimePass()
            let dispute: String = try await eventually(within: .seconds(10), "the dispute is recorded") {
                try await shop.database.pool.query(
                    "SELECT provider_dispute_id FROM disputes WHERE status = 'needs_response'"
                ).first?[
                    "provider_dispute_id"]
            }
            let shown = try await shop.cartwright("orders", "show", number)
            #expect(shown.contains(dispute) && shown.contains("dispute_opened") && shown.contains("needs_response"))
            let doctor = try await shop.cartwright("doctor")
            #expect(
                doctor.contains("1 dispute open; 1 to be answered") && doctor.contains(dispute)
                    && !doctor.contains("FAIL"))
            try await shop.waitUntilEventsAreHandled()
            try await shop.checkEverythingAddsUp()

            try await shop.bid("/_sandbox/disputes/\(dispute)", "result=\(end)")
            try await eventually(within: .seconds(10), "it is decided") {
                try await shop.database.pool.query("SELECT 1 FROM disputes WHERE status = \(end)").count == 1
            }
            #expect(try await shop.cartwright("doctor").contains("No open disputes"))
            #expect(try await shop.cartwright("orders", "show", number).contains("dispute_closed"))
            try await shop.waitUntilEventsAreHandled()
            try await shop.waitUntilSettled(within: .seconds(20))
            try await shop.checkEverythingAddsUp()
        }
    }
}
