import Foundation
import TestSupport
import Testing

@Suite("Row 10: a charge without a proper answer is made once", .serialized)
struct LostAnswerTests {
    /// One order under a fault of the provider, from the first try to the end.
    private func buy(under faults: String) async throws {
        try await Shop.running { shop in
            try await shop.misbehave(#"{"faults": [\#(faults)]}"#)
            let id = try #require(try await shop.order(try await shop.products()[0], wait: nil).body?.id)
            try await shop.wait(for: "confirmed", of: id)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
            #expect(try await shop.intents(of: id).count == 1)
        }
    }

    @Test(
        "the answer is lost, kept as a failure, cut in half or nonsense",
        arguments: [
            "drop_before", "drop_after_commit", "error_500_before", "error_500_after_commit", "truncated_body",
            "garbage", "409",
        ])
    func unanswered(kind: String) async throws {
        try await buy(under: #"{"kind": "\#(kind)", "endpoint": "confirm", "count": 1}"#)
    }

    /// Nothing in the intent tells which card its last decline is of, and the answer that would is replayed as a
    /// failure.
    @Test("a second decline is kept as a failure")
    func aSecondDeclineIsKeptAsAFailure() async throws {
        try await Shop.running { shop in
            let order = try await shop.order(try await shop.products()[0], method: "pm_card_visa_chargeDeclined")
            #expect(order.status == 402)
            let id = try #require(order.orderID)
            try await shop.misbehave(
                #"{"faults": [{"kind": "error_500_after_commit", "endpoint": "confirm", "count": 1}]}"#)
            #expect(try await shop.pay(order, method: "pm_card_visa_chargeDeclined", wait: 20).status == 402)
            #expect(try await shop.pay(order, method: "pm_card_visa").status == 201)
            try await shop.settleUp()
            #expect(try await shop.charges(of: id).count == 1)
        }
    }

    /// Then the retry finds its own key in flight.
    @Test("a charge that outlasts its call is made once")
    func theProviderTakesLongerThanTheCall() async throws {
        try await buy(under: #"{"kind": "slow", "ms": 16500, "endpoint": "confirm", "count": 1}"#)
    }

    @Test("a worker killed while the provider charges leaves one charge")
    func killedWhileTheProviderCharges()
        async throws
    {
        try await Shop.open { shop in
            let (sandbox, api, worker) = try await shop.startAll()
            try await shop.misbehave(#"{"latencies": {"confirm": {"ms": 2000}}}"#)
            let id = try #require(try await shop.order(try await shop.products()[0], wait: nil).body?.id)
            try await eventually("the payment is under way") { try await shop.state(of: id).payment == "confirming" }
            worker.kill()
            try await shop.waitForDeath(of: worker)
            #expect(try await shop.state(of: id).order == "reserved")
            // The provider goes on with what its caller does not wait for any more: the retry meets a key in flight, or
            // a charge.
            try await shop.recover(id)
            withExtendedLifetime((sandbox, api)) {}
        }
    }
}
