package import Domain

/// What became of a wish to take the money that is set aside for an order.
package enum CaptureOutcome: Hashable, Sendable {
    /// A job takes it, now or asked for before.
    case requested
    /// It was taken before.
    case alreadyCaptured
    /// Another amount was asked for before, and is being taken.
    case alreadyRequested(Money)
    /// Less is held: how much.
    case exceedsAuthorized(Money)
    /// The order is paid in this currency.
    case wrongCurrency(Currency)
    /// The amount is between two that can be charged in its currency, which are this far apart.
    case notChargeable(step: Money)
    /// No money is set aside, or the order is being called off.
    case notAuthorized(OrderStatus)
    /// There is no such order.
    case unknownOrder
}
