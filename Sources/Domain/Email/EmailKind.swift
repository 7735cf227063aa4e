/// What a mail about an order is for. An order gets at most one of each, and a refund mail for each refund.
package enum EmailKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// The order is paid and on its way.
    case orderConfirmation = "order_confirmation"
    /// The payment was declined and another card is awaited.
    case paymentFailed = "payment_failed"
    /// Money went back.
    case refund
    /// Money that was said to have gone back has not: the customer's bank sent it back.
    case refundFailed = "refund_failed"
    /// The order is called off or was not paid in time.
    case cancellation
}
