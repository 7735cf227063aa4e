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
        case .requestedByCustomer, .orderCanceled: "requested_by_customer"
        case .duplicate: "duplicate"
        case .fraudulent: "fraudulent"
        case .latePayment, .orderUnknown, .madeAtProvider: nil
        }
    }
}

/// A charge as it stands in the provider's JSON; fields we do not use are left out.
struct StripeCharge: Decodable {
    let amount: Int64?
    let amountCaptured: Int64?
    let amountRefunded: Int64
    let currency: String
    let paymentIntent: String?
    let metadata: [String: String]?

    enum CodingKeys: String, CodingKey {
        case amount, currency, metadata
        case amountCaptured = "amount_captured"
        case amountRefunded = "amount_refunded"
        case paymentIntent = "payment_intent"
    }

    /// What was authorized and never captured. The provider counts it as refunded as soon as less than all is captured,
    /// or all is voided, though it never was the shop's.
    private var released: Int64 {
        guard let amount, let amountCaptured, amountCaptured >= 0, amountCaptured <= amount else { return 0 }
        return min(amount - amountCaptured, max(0, amountRefunded))
    }

    /// How much of it has gone back, `nil` when its currency or amount make no sense here. A charge carries the pairs
    /// of its intent.
    var refund: ChargeRefund? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amountRefunded - released, currency)
        else { return nil }
        return ChargeRefund(
            intentID: paymentIntent.map { PaymentIntent.ID(rawValue: $0) },
            orderID: metadata?["order_id"].flatMap { Order.ID($0) },
            shop: metadata?["shop"], refunded: amount)
    }
}
