package import Domain

/// What became of another try to pay an order.
package enum RetryPaymentOutcome: Hashable, Sendable {
    /// The order is being paid again.
    case started(Order)
    /// The order does not wait for a payment: it is through, over, or a try is running.
    case notPayable(OrderStatus)
    /// Too many payments of this user, card or client were declined.
    case tooManyDeclines(TooManyDeclines)
    /// The stock is no longer set aside, or a newer order took the cart.
    case tooLate
    /// Its total is out of what the payment provider charges, which was not so when it was placed.
    case notChargeable(ChargeLimits.Violation)
    /// There is no such order, or it belongs to somebody else.
    case unknownOrder
}
