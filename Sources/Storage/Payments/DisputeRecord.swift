package import Domain
package import FoundationEssentials

/// A dispute as it is stored, with the order it is about.
package struct DisputeRecord: Hashable, Sendable {
    /// What the provider said last.
    package let dispute: Dispute
    /// The order, when it is one of ours.
    package let orderID: Order.ID?
    /// Its number.
    package let orderNumber: Int64?
    /// When the provider took its money.
    package let withdrawnAt: Date?
    /// When the shop had it again.
    package let reinstatedAt: Date?
    /// When the bank's decision arrived.
    package let closedAt: Date?
}
