import Domain
import FoundationEssentials
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@testable import Worker

@Suite("Events of refunds and disputes are recorded", .timeLimit(.minutes(1)))
struct RefundEventTests {
    private func charge(_ refund: Refund, refunded: Int64, names: Bool = true) -> String {
        """
        {"id":"ch_1","object":"charge","amount":1999,"amount_refunded":\(refunded),"currency":"usd",
         "payment_intent":"pi_\(refund.orderID)",
         "metadata":{\(names ? #""order_id":"\#(refund.orderID)""# : "")}}
        """
    }

    private func dispute(_ orderID: Order.ID, _ status: String) -> String {
        """
        {"id":"du_1","object":"dispute","amount":1999,"currency":"usd","payment_intent":"pi_\(orderID)",
         "reason":"fraudulent",
         "status":"\(status)","created":1764000000,"evidence_details":{"due_by":1765000000}}
        """
    }

    @Test("one that comes before the answer to the call is recorded, and the call's answer is no news then")
    func beforeTheAnswer() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            #expect(try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded")) == .refundRecorded)
            #expect(try await shop.facts(refund.orderID).status == .partiallyRefunded)
            #expect(try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded")) == .alreadyKnown)
            #expect(try await shop.hear(.refundUpdated, shop.wire(refund, "pending")) == .alreadyKnown)
        }
    }

    @Test("a refund that fails after it succeeded restores order and payment, by both event names, in either order")
    func failsLater() async throws {
        for kinds in [[PaymentEventKind.refundUpdated, .refundFailed], [.refundFailed, .refundUpdated]] {
            try await Shop.with { shop in
                let refund = try await shop.requestedRefund()
                _ = try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded"))
                #expect(try await shop.hear(kinds[0], shop.wire(refund, "failed")) == .refundRecorded)
                #expect(try await shop.hear(kinds[1], shop.wire(refund, "failed")) == .alreadyKnown)
                #expect(try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded")) == .alreadyKnown)
                let facts = try await shop.facts(refund.orderID)
                #expect(facts.status == .confirmed && facts.paymentStatus == .captured)
                let after = try #require(await shop.refunds.load(refund.id)).refund
                #expect(after.status == .failed && after.failureReason == "lost_or_stolen_card")
                #expect(try await shop.orders.events(of: refund.orderID, for: .staff)?.last?.kind == .refundFailed)
            }
        }
    }

    @Test(
        "a refund that names none of ours is found by its provider's id, or counts as made elsewhere until it is ours"
    )
    func unnamed() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            #expect(
                try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded", names: false))
                    == .refundFoundElsewhere)
            #expect(try await shop.refunds.refunds(of: refund.orderID).map(\.source) == [.shop, .provider])
            #expect(try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded")) == .refundRecorded)
            #expect(
                try await shop.refunds.refunds(of: refund.orderID).map(\.id) == [refund.id], "one refund is one row")
            #expect(try await shop.hear(.refundFailed, shop.wire(refund, "failed", names: false)) == .refundRecorded)
            #expect(
                try await shop.hear(.refundUpdated, shop.wire(refund, "succeeded", id: "re_2", amount: 1)) == .mismatch)
            #expect(try await shop.webhooks.unmatched().map(\.outcome) == [.mismatch])
        }
    }

    @Test("a charge of which more has gone back than is known tells which refunds that were")
    func chargeRefunded() async throws {
        try await Shop.with { shop in
            let refund = try await shop.requestedRefund()
            let facts = try await shop.facts(refund.orderID)
            // Its job made it, and died before it could note so.
            _ = try await shop.payments.refund(
                ProviderRefundRequest(
                    refundID: refund.id, orderID: refund.orderID, intentID: try #require(facts.intentID),
                    amount: refund.amount,
                    reason: refund.reason, key: try #require(.refund(refund.id))))
            #expect(try await shop.hear(.chargeRefunded, charge(refund, refunded: 700)) == .refundRecorded)
            #expect(try await shop.facts(refund.orderID).status == .partiallyRefunded)
            let lists = shop.payments.refundLists
            #expect(try await shop.hear(.chargeRefunded, charge(refund, refunded: 700)) == .alreadyKnown)
            #expect(shop.payments.refundLists == lists, "the provider is not asked about what is known")
            // Somebody gave money back at the provider's own page.
            shop.payments.refundByHand(try #require(facts.intentID), Money(100, .usd))
            #expect(try await shop.hear(.chargeRefunded, charge(refund, refunded: 800)) == .refundFoundElsewhere)
            #expect(try await shop.hear(.chargeRefunded, charge(refund, refunded: 800)) == .alreadyKnown)
            // One that names a refund of ours that is lost is waited for, and at last left in sight.
            _ = try await shop.payments.refund(
                ProviderRefundRequest(
                    refundID: Refund.ID(), orderID: refund.orderID, intentID: try #require(facts.intentID),
                    amount: Money(50, .usd),
                    reason: .requestedByCustomer, key: try #require(IdempotencyKey(rawValue: "lost"))))
            let event = try await shop.receive(.chargeRefunded, charge(refund, refunded: 850))
            await #expect(throws: JobFailure.self) { try await shop.handle(event: event) }
            #expect(try await shop.handle(event: event, isLastAttempt: true) == .unknownRefund)
        }
    }

    @Test("a charge of another program on the same account is none of ours")
    func foreignCharge() async throws {
        try await Shop.with { shop in
            func hear(_ intent: String, _ metadata: String = "") async throws -> PaymentEventOutcome? {
                let object =
                    #"""
                    {"id":"ch_1","amount_refunded":5,"currency":"usd","payment_intent":\#(intent),\#
                    "metadata":{\#(metadata)}}
                    """#
                return try await shop.hear(.chargeRefunded, object, isLastAttempt: true)
            }
            let outcomes = [
                try await hear(#""pi_none""#), try await hear("null"),
                try await hear(#""pi_none""#, #""order_id":"\#(Order.ID())""#),
            ]
            #expect(outcomes == [.foreign, .foreign, .foreign])
        }
    }

    @Test(
        "a refund made at the provider counts, under every name the provider has for the event",
        arguments: [PaymentEventKind.refundCreated, .refundUpdated])
    func madeElsewhere(kind: PaymentEventKind) async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            let intentID = try #require(facts.intentID)
            shop.payments.change(intentID, to: .succeeded)
            try await shop.settle(facts)
            let made = shop.payments.refundByHand(intentID, Money(800, .usd))
            func wire(_ status: String) -> String {
                #"""
                {"id":"\#(made.id)","object":"refund","status":"\#(status)","amount":800,"currency":"usd",\#
                "payment_intent":"\#(intentID)",
                """#
                    + #""reason":null,"failure_reason":"expired_or_canceled_card","metadata":{}}"#
            }
            #expect(try await shop.hear(kind, wire("succeeded")) == .refundFoundElsewhere)
            #expect(try await shop.hear(kind, wire("succeeded")) == .alreadyKnown)
            let refund = try #require(await shop.refunds.refunds(of: facts.orderID).first)
            #expect(refund.source == .provider && refund.reason == .madeAtProvider && refund.status == .succeeded)
            #expect(try await shop.facts(facts.orderID).status == .partiallyRefunded)
            // The rest is what is left.
            guard
                case .accepted(let rest) = try await shop.refunds.request(
                    RefundRequest(orderID: facts.orderID, key: "rest", actor: .system("test")))
            else { throw Unexpected(what: "not accepted") }
            #expect(rest.amount == Money(1199, .usd))
            // It bounces: the money is the shop's again, and the provider's reason is kept.
            #expect(try await shop.hear(.refundUpdated, wire("failed")) == .refundRecorded)
            let after = try #require(await shop.refunds.load(refund.id)).refund
            #expect(after.status == .failed && after.failureReason == "expired_or_canceled_card")
            #expect(try await shop.facts(facts.orderID).status == .confirmed)
        }
    }

    @Test("refunds, charges and disputes of another shop's payments are taken, change nothing, and nobody is told")
    func anotherShop() async throws {
        try await Shop.with { shop in
            let theirs = PaymentIntent(
                id: .init(rawValue: "pi_theirs"), status: .succeeded, amount: Money(1999, .usd), orderID: Order.ID(),
                paymentID: Payment.ID(),
                shop: UUID().uuidString)
            shop.payments.put(theirs)
            let refund =
                #"""
                {"id":"re_9","object":"refund","status":"succeeded","amount":5,"currency":"usd",\#
                "payment_intent":"pi_theirs","metadata":
                """#
            #expect(try await shop.hear(.refundCreated, refund + "{}}") == .foreign)
            #expect(try await shop.hear(.refundCreated, refund + #"{"refund_id":"\#(Refund.ID())"}}"#) == .foreign)
            #expect(
                try await shop.hear(.refundCreated, refund + #"{"refund_id":"\#(Refund.ID())","shop":"other"}}"#)
                    == .foreign)
            let charge = #"{"id":"ch_9","amount_refunded":5,"currency":"usd","payment_intent":"pi_theirs","metadata":"#
            #expect(
                try await shop.hear(.chargeRefunded, charge + #"{"order_id":"\#(Order.ID())","shop":"other"}}"#)
                    == .foreign)
            let dispute = #"""
                {"id":"du_9","amount":1999,"currency":"usd","payment_intent":"pi_theirs","reason":"fraudulent",
                 "status":"needs_response",
                 "created":1764000000}
                """#
            #expect(try await shop.hear(.disputeCreated, dispute) == .foreign)
            let open = try await shop.disputes.open()
            #expect(open == [])
            #expect(try await shop.webhooks.unmatched() == [])
        }
    }

    @Test("a dispute follows what the shop and the bank do, and tells where its money is")
    func disputeMovesOn() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            func record() async throws -> DisputeRecord {
                try #require(await shop.disputes.disputes(about: facts.orderID).first)
            }
            #expect(
                try await shop.hear(.disputeFundsWithdrawn, dispute(facts.orderID, "needs_response"))
                    == .disputeRecorded)
            #expect(try await shop.hear(.disputeCreated, dispute(facts.orderID, "needs_response")) == .alreadyKnown)
            #expect(try await record().dispute.funds == .withdrawn)
            // The evidence is in; what was told before comes late.
            #expect(try await shop.hear(.disputeUpdated, dispute(facts.orderID, "under_review")) == .disputeRecorded)
            #expect(try await shop.hear(.disputeUpdated, dispute(facts.orderID, "needs_response")) == .alreadyKnown)
            #expect(try await record().dispute.status == .underReview)
            #expect(try await shop.hear(.disputeFundsReinstated, dispute(facts.orderID, "won")) == .disputeRecorded)
            #expect(try await shop.hear(.disputeClosed, dispute(facts.orderID, "won")) == .alreadyKnown)
            let last = try await record()
            #expect(last.dispute.status == .won && last.dispute.funds == .reinstated && last.reinstatedAt != nil)
        }
    }

    @Test("a dispute is recorded once, and stays decided")
    func disputes() async throws {
        try await Shop.with { shop in
            let facts = try await shop.confirming(shop.product(stock: 5))
            shop.payments.change(try #require(facts.intentID), to: .succeeded)
            try await shop.settle(facts)
            #expect(try await shop.hear(.disputeCreated, dispute(facts.orderID, "needs_response")) == .disputeRecorded)
            #expect(try await shop.hear(.disputeCreated, dispute(facts.orderID, "needs_response")) == .alreadyKnown)
            #expect(try await shop.hear(.disputeClosed, dispute(facts.orderID, "lost")) == .disputeRecorded)
            #expect(try await shop.hear(.disputeCreated, dispute(facts.orderID, "needs_response")) == .alreadyKnown)
            let record = try #require(await shop.disputes.disputes(about: facts.orderID).first)
            #expect(
                record.dispute.status == .lost
                    && record.dispute.answerBefore == Date(timeIntervalSince1970: 1_765_000_000))
            #expect(
                try await shop.orders.events(of: facts.orderID, for: .staff)?.suffix(2).map(\.kind) == [
                    .disputeOpened, .disputeClosed,
                ])
        }
    }
}
