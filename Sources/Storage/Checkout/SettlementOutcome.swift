package import Domain

/// What news of a payment changed.
package struct SettlementOutcome: Hashable, Sendable {
    /// The order.
    package let orderID: Order.ID
    /// What was decided and done.
    package let settlement: PaymentSettlement
    /// Where the order stands now.
    package let status: OrderStatus
    /// Whether the job that brought the news is done. It is not while the news were undecided or do not fit the order:
    /// try again or look.
    package let isJobCompleted: Bool
}
