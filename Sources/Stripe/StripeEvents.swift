internal import Domain
internal import FoundationEssentials
import JSON

/// The kinds of events that the shop acts on, under Stripe's names (API reference, "Types of events"), and what each of
/// them says (API reference, "The Event object").
enum StripeEvents {
    private static let kinds: [String: PaymentEventKind] = [
        "payment_intent.requires_action": .intentRequiresAction, "payment_intent.processing": .intentProcessing,
        "payment_intent.payment_failed": .intentFailed,
        "payment_intent.amount_capturable_updated": .intentCapturable,
        "payment_intent.succeeded": .intentSucceeded, "payment_intent.canceled": .intentCanceled,
        "charge.refunded": .chargeRefunded, "refund.created": .refundCreated, "refund.updated": .refundUpdated,
        "refund.failed": .refundFailed,
        // What versions before 2024-10-28 send for refunds of charges in place of the three above, in the same form.
        "charge.refund.updated": .refundUpdated,
        "charge.dispute.created": .disputeCreated, "charge.dispute.updated": .disputeUpdated,
        "charge.dispute.funds_withdrawn": .disputeFundsWithdrawn,
        "charge.dispute.funds_reinstated": .disputeFundsReinstated, "charge.dispute.closed": .disputeClosed,
    ]

    /// All names, for tests.
    static var types: [String] { kinds.keys.sorted() }

    static func kind(ofType type: String) -> PaymentEventKind? { kinds[type] }

    /// What an event says, `nil` when its object is not what its kind promises, or makes no sense here.
    ///
    /// - Parameter json: the whole event. Whether it is genuine has been checked.
    static func read(_ kind: PaymentEventKind, _ json: String) -> PaymentEvent? {
        let json = Array(json.utf8)
        switch kind {
        case .intentCapturable, .intentSucceeded, .intentCanceled:
            return object(StripeIntent.self, in: json)?.intent(requestID: nil).map(PaymentEvent.settled)
        case .intentRequiresAction, .intentProcessing, .intentFailed:
            return object(StripeIntent.self, in: json)?.intent(requestID: nil).map(PaymentEvent.passed)
        case .chargeRefunded:
            return object(StripeCharge.self, in: json)?.refund.map(PaymentEvent.chargeRefunded)
        case .refundCreated, .refundUpdated, .refundFailed:
            return object(StripeRefund.self, in: json)?.refund(requestID: nil).map(PaymentEvent.refund)
        case .disputeCreated, .disputeUpdated, .disputeClosed:
            return object(StripeDispute.self, in: json)?.dispute.map(PaymentEvent.dispute)
        case .disputeFundsWithdrawn: return dispute(in: json, .withdrawn)
        case .disputeFundsReinstated: return dispute(in: json, .reinstated)
        }
    }

    private static func dispute(in json: [UInt8], _ funds: DisputeFunds) -> PaymentEvent? {
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

    private static func object<Object: Decodable>(_ type: Object.Type, in json: [UInt8]) -> Object? {
        try? JSONCoder.decode(Envelope<Object>.self, from: json).data.object
    }
}

/// A dispute as it stands in the provider's JSON; fields we do not use are left out.
struct StripeDispute: Decodable {
    struct Evidence: Decodable {
        let dueBy: Int64?

        enum CodingKeys: String, CodingKey {
            case dueBy = "due_by"
        }
    }

    let id: String
    let amount: Int64
    let currency: String
    let paymentIntent: String?
    let reason: String?
    let status: DisputeStatus
    let created: Int64
    let evidence: Evidence?

    enum CodingKeys: String, CodingKey {
        case id, amount, currency, reason, status, created
        case paymentIntent = "payment_intent"
        case evidence = "evidence_details"
    }

    /// The dispute in our terms, `nil` when its currency, amount or time make no sense here.
    var dispute: Dispute? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amount, currency),
            let openedAt = Date(unixSeconds: created)
        else { return nil }
        return Dispute(
            id: Dispute.ID(rawValue: id), intentID: paymentIntent.map { PaymentIntent.ID(rawValue: $0) },
            amount: amount,
            reason: reason ?? "general", status: status, openedAt: openedAt,
            answerBefore: evidence?.dueBy.flatMap { Date(unixSeconds: $0) })
    }
}
