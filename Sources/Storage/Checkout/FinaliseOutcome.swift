public import Domain

/// What news of a payment changed.
public struct FinaliseOutcome: Hashable, Sendable {
    /// The order.
    public let orderID: Order.ID
    /// What was decided and done.
    public let settlement: PaymentSettlement
    /// Where the order stands now.
    public let status: OrderStatus
    /// Whether the job that brought the news is done. It is not while the news were undecided or do not fit the order: try again or look.
    public let isJobCompleted: Bool
}
