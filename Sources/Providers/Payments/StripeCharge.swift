internal import Domain

/// A charge as it stands in the provider's JSON; fields we do not use are left out.
struct StripeCharge: Decodable {
    let amountRefunded: Int64
    let currency: String
    let paymentIntent: String?
    let metadata: [String: String]?

    enum CodingKeys: String, CodingKey {
        case currency, metadata
        case amountRefunded = "amount_refunded"
        case paymentIntent = "payment_intent"
    }

    /// How much of it has gone back, `nil` when its currency or amount make no sense here. A charge carries the pairs of its intent.
    var refund: ChargeRefund? {
        guard let currency = Currency(currency), let amount = StripeAmount.money(amountRefunded, currency) else { return nil }
        return ChargeRefund(
            intentID: paymentIntent.map { PaymentIntent.ID(rawValue: $0) }, orderID: metadata?["order_id"].flatMap { Order.ID($0) },
            shop: metadata?["shop"], refunded: amount)
    }
}
