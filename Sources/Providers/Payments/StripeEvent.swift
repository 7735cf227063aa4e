package import Domain
internal import FoundationEssentials

/// Events as the payment provider signs and sends them (Stripe API reference, "The Event object").
package enum StripeEvent {
    /// What an event says, `nil` when its object is not what its kind promises, or makes no sense here.
    ///
    /// - Parameter json: the whole event. Whether it is genuine has been checked.
    package static func read(_ kind: PaymentEventKind, _ json: String) -> PaymentEvent? {
        let json = Data(json.utf8)
        switch kind {
        case .intentCapturable, .intentSucceeded, .intentCanceled:
            return object(StripeIntent.self, in: json)?.intent(requestID: nil).map(PaymentEvent.settled)
        case .intentRequiresAction, .intentProcessing, .intentFailed:
            return object(StripeIntent.self, in: json)?.intent(requestID: nil).map(PaymentEvent.passed)
        case .chargeRefunded:
            return object(StripeCharge.self, in: json)?.refund.map(PaymentEvent.chargeRefunded)
        // Before 2024-10-28 a refund of a charge is told of under the charge's name, in the same form.
        case .refundCreated, .refundUpdated, .refundFailed, .chargeRefundUpdated:
            return object(StripeRefund.self, in: json)?.refund(requestID: nil).map(PaymentEvent.refund)
        case .disputeCreated, .disputeUpdated, .disputeClosed:
            return object(StripeDispute.self, in: json)?.dispute.map(PaymentEvent.dispute)
        case .disputeFundsWithdrawn: return dispute(in: json, .withdrawn)
        case .disputeFundsReinstated: return dispute(in: json, .reinstated)
        }
    }

    private static func dispute(in json: Data, _ funds: DisputeFunds) -> PaymentEvent? {
        guard var dispute = object(StripeDispute.self, in: json)?.dispute else { return nil }
        dispute.funds = funds
        return .dispute(dispute)
    }

    private struct Envelope<Object: Decodable>: Decodable {
        struct Content: Decodable {
            let object: Object
        }
        let data: Content
    }

    private static func object<Object: Decodable>(_ type: Object.Type, in json: Data) -> Object? {
        try? JSONDecoder().decode(Envelope<Object>.self, from: json).data.object
    }
}
