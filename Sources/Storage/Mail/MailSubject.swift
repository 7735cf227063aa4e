public import Domain

/// A delivery, and what its mail speaks of.
public struct MailSubject: Hashable, Sendable {
    /// The delivery.
    public let delivery: MailDelivery
    /// The order it is about.
    public let order: Order
    /// The refund it is about, if any.
    public let refund: Refund?
}
