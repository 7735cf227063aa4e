package import Domain

/// What news of a refund changed.
package enum RecordRefundOutcome: Hashable, Sendable {
    /// The refund as it is now.
    case recorded(Refund)
    /// It is known already, or something later is: the refund as it is.
    case unchanged(Refund)
    /// The provider's refund is over another amount, or not the one stored with ours.
    case foreign
    /// There is no such refund.
    case unknownRefund
}
