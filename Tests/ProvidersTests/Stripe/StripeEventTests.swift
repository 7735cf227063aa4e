import Domain
import FoundationEssentials
import Testing

@testable import Stripe

@Suite("Events of the payment provider are read as it writes them")
struct StripeEventTests {
    private func event(_ kind: PaymentEventKind, _ object: String) -> PaymentEvent? {
        StripeEvents.read(kind, #"{"id": "evt_1", "object": "event", "data": {"object": \#(object)}}"#)
    }

    @Test("every kind has a name at the provider, and reading by that name is reading that kind")
    func names() {
        let reader = StripeModule().webhookReader(secrets: [])
        #expect(Set(StripeEvents.types.compactMap { reader.kind(ofType: $0) }) == Set(PaymentEventKind.allCases))
        #expect(reader.kind(ofType: "payment_intent.succeeded") == .intentSucceeded)
        // Before 2024-10-28 this is how refunds of charges are told of.
        #expect(reader.kind(ofType: "charge.refund.updated") == .refundUpdated)
        for name in ["payment_intent.created", "customer.created", "", PaymentEventKind.intentSucceeded.rawValue] {
            #expect(reader.kind(ofType: name) == nil)
            #expect(reader.event(ofType: name, in: #"{"data": {"object": {}}}"#) == nil)
        }
    }

    @Test("intents: those that settle something, and those that pass through", arguments: PaymentEventKind.allCases)
    func intents(kind: PaymentEventKind) throws {
        let order = Order.ID()
        let object = """
            {"id": "pi_1", "status": "succeeded", "amount": 1999, "currency": "usd", "client_secret": "s",
             "last_payment_error": null,
             "metadata": {"order_id": "\(order)"}, "created": 1764000000}
            """
        let intent = PaymentIntent(
            id: .init(rawValue: "pi_1"), status: .succeeded, amount: Money(1999, .usd), clientSecret: "s",
            orderID: order,
            createdAt: Date(timeIntervalSince1970: 1_764_000_000))
        switch kind {
        case .intentSucceeded, .intentCapturable, .intentCanceled: #expect(event(kind, object) == .settled(intent))
        case .intentRequiresAction, .intentProcessing, .intentFailed: #expect(event(kind, object) == .passed(intent))
        case .refundCreated, .refundUpdated, .refundFailed: break
        case .chargeRefunded, .disputeCreated, .disputeUpdated, .disputeFundsWithdrawn, .disputeFundsReinstated,
            .disputeClosed:
            #expect(event(kind, object) == nil)
        }
        #expect(event(kind, "{}") == nil)
        #expect(event(kind, "7") == nil)
        #expect(StripeEvents.read(kind, "not JSON") == nil)
    }

    @Test(
        "what was authorized and never captured is no refund",
        arguments: [
            // Of 46.99 there were 5.00 captured, of which 2.00 went back; the provider adds the 41.99 that were
            // released.
            (4_699, 500, 4_399, 200), (4_699, 500, 4_199, 0), (4_699, 500, 4_699, 500), (4_699, 0, 4_699, 0),
            (4_699, 4_699, 100, 100),
            // Numbers that make no sense take nothing away.
            (500, 4_699, 100, 100), (Int64.min, Int64.max, 100, 100), (Int64.max, 0, 100, 0),
        ] as [(Int64, Int64, Int64, Int64)])
    func released(_ amount: Int64, _ captured: Int64, _ back: Int64, _ refunded: Int64) {
        let object =
            #"""
            {"id": "ch_1", "amount": \#(amount), "amount_captured": \#(captured), "amount_refunded": \#(back), \#
            "currency": "usd"}
            """#
        guard case .chargeRefunded(let refund)? = event(.chargeRefunded, object) else {
            Issue.record("the event is read")
            return
        }
        #expect(refund.refunded == Money(refunded, .usd))
    }

    @Test("how much of a charge has gone back, in the provider's units")
    func charge() throws {
        let order = Order.ID()
        let object =
            #"""
            {"id": "ch_1", "amount_refunded": 1500, "currency": "jpy", "payment_intent": "pi_1", \#
            "metadata": {"order_id": "\#(order)"}}
            """#
        #expect(
            event(.chargeRefunded, object)
                == .chargeRefunded(
                    ChargeRefund(intentID: .init(rawValue: "pi_1"), orderID: order, refunded: Money(1500, .jpy))))
        let bare = #"{"id": "ch_1", "amount_refunded": 1500, "currency": "usd", "payment_intent": null}"#
        #expect(
            event(.chargeRefunded, bare)
                == .chargeRefunded(ChargeRefund(intentID: nil, orderID: nil, refunded: Money(1500, .usd))))
    }

    @Test("refunds, which say why they failed")
    func refund() throws {
        let id = Refund.ID()
        let object = """
            {"id": "re_1", "status": "failed", "amount": 5, "currency": "usd", "payment_intent": "pi_1",
             "failure_reason": "unknown",
             "metadata": {"refund_id": "\(id)"}}
            """
        let refund = ProviderRefund(
            id: .init(rawValue: "re_1"), status: .failed, amount: Money(5, .usd), intentID: .init(rawValue: "pi_1"),
            refundID: id,
            failureReason: "unknown")
        // Under the names of this version of the API and of those before it.
        for kind in [PaymentEventKind.refundCreated, .refundUpdated, .refundFailed] {
            #expect(event(kind, object) == .refund(refund))
        }
    }

    @Test("disputes in all their states", arguments: DisputeStatus.allCases)
    func dispute(status: DisputeStatus) throws {
        let object = """
            {"id": "du_1", "status": "\(status.rawValue)", "amount": 1999, "currency": "usd",
             "payment_intent": "pi_1", "reason": "fraudulent",
             "created": 1764000000, "evidence_details": {"due_by": 1765000000, "has_evidence": false}}
            """
        let dispute = Dispute(
            id: .init(rawValue: "du_1"), intentID: .init(rawValue: "pi_1"), amount: Money(1999, .usd),
            reason: "fraudulent", status: status,
            openedAt: Date(timeIntervalSince1970: 1_764_000_000),
            answerBefore: Date(timeIntervalSince1970: 1_765_000_000))
        for kind in [PaymentEventKind.disputeCreated, .disputeUpdated, .disputeClosed] {
            #expect(event(kind, object) == .dispute(dispute))
        }
        var moved = dispute
        moved.funds = .withdrawn
        #expect(event(.disputeFundsWithdrawn, object) == .dispute(moved))
        moved.funds = .reinstated
        #expect(event(.disputeFundsReinstated, object) == .dispute(moved))
        #expect(event(.disputeClosed, object.replacing(status.rawValue, with: "unheard_of")) == nil)
    }
}
