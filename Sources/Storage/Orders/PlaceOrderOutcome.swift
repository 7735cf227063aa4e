package import Domain

/// What became of a request to place an order. Only `placed` left anything behind; the idempotency key of every other
/// new request is free again.
package enum PlaceOrderOutcome: Hashable, Sendable {
    /// Accepted: it is durable, and its checkout job with it.
    case placed(Order)
    /// This key placed this order before. The order as it is now.
    case replayed(Order)
    /// This key came with another body before.
    case keyReused
    /// A request with this key is being worked on at this moment.
    case requestInProgress
    /// The sum is not what the customer was shown. What it is now.
    case cartChanged(actual: Money)
    /// There is nothing to buy.
    case cartEmpty
    /// Another order is being paid from this cart.
    case cartLocked
    /// These products do not exist or are not for sale.
    case unknownProducts([Product.ID])
    /// Something is not sold in this currency, or its rates are too old.
    case currencyUnavailable(Currency)
    /// A guest gave no mail address.
    case emailRequired
    /// Too many payments of this user, card or client were declined.
    case tooManyDeclines(TooManyDeclines)
    /// The sum is less than the payment provider charges.
    case amountTooSmall(Money, ChargeLimits.Bounds)
    /// The sum is more than the payment provider charges.
    case amountTooLarge(ChargeLimits.Bounds)
    /// There is something to be paid and nothing to pay it with.
    case paymentMethodRequired
}
