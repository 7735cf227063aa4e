package import Domain

/// A delivery, and what its mail speaks of.
package struct EmailSubject: Hashable, Sendable {
    /// The delivery.
    package let delivery: EmailDelivery
    /// The order it is about.
    package let order: Order
    /// The refund it is about, if any.
    package let refund: Refund?
}
