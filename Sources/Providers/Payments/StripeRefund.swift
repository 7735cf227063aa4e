internal import Domain
internal import FoundationEssentials

/// A refund as it stands in the provider's JSON; fields we do not use are left out.
struct StripeRefund: Decodable {
    let id: String
    let status: String?
    let amount: Int64
    let currency: String
    let paymentIntent: String?
    let reason: String?
    let failureReason: String?
    let metadata: [String: String]?
    /// Seconds since 1970.
    let created: Int64?

    enum CodingKeys: String, CodingKey {
        case id, status, amount, currency, metadata, created, reason
        case paymentIntent = "payment_intent"
        case failureReason = "failure_reason"
    }

    /// The refund in our terms, `nil` when its currency, amount or status make no sense here.
    func refund(requestID: String?) -> ProviderRefund? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amount, currency),
            let status = ourStatus
        else {
            return nil
        }
        return ProviderRefund(
            id: ProviderRefund.ID(rawValue: id), status: status, amount: amount,
            intentID: paymentIntent.map { PaymentIntent.ID(rawValue: $0) },
            refundID: metadata?["refund_id"].flatMap { Refund.ID($0) }, shop: metadata?["shop"],
            reason: reason.flatMap { RefundReason(rawValue: $0) }.flatMap { $0.isForPeople ? $0 : nil },
            failureReason: failureReason,
            requestID: requestID,
            createdAt: created.flatMap { Date(unixSeconds: $0) })
    }

    private var ourStatus: RefundStatus? {
        switch status {
        // Waits for the customer, for payment methods that ask where the money shall go.
        case "pending", "requires_action": .pending
        case "succeeded": .succeeded
        case "failed": .failed
        case "canceled": .canceled
        default: nil
        }
    }
}

extension RefundReason {
    /// The provider's word for it, `nil` when it has none.
    var stripeReason: String? {
        switch self {
        case .requestedByCustomer, .orderCancelled: "requested_by_customer"
        case .duplicate: "duplicate"
        case .fraudulent: "fraudulent"
        case .latePayment, .orderUnknown, .madeAtProvider: nil
        }
    }
}
