public import Domain

/// What became of a wish to take the money that is set aside for an order.
public enum CaptureOutcome: Hashable, Sendable {
    /// A job takes it, now or asked for before.
    case requested
    /// It was taken before.
    case alreadyCaptured
    /// No money is set aside, or the order is being called off.
    case notAuthorized(OrderStatus)
    /// There is no such order.
    case unknownOrder
}
