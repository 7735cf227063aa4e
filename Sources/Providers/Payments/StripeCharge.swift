internal import Domain

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
