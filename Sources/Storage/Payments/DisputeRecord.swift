public import Domain
public import FoundationEssentials

/// A dispute as it is stored, with the order it is about.
public struct DisputeRecord: Hashable, Sendable {
    /// What the provider said last.
    public let dispute: Dispute
    /// The order, when it is one of ours.
    public let orderID: Order.ID?
    /// Its number.
    public let orderNumber: Int64?
    /// When the provider took its money.
    public let withdrawnAt: Date?
    /// When the shop had it again.
    public let reinstatedAt: Date?
    /// When the bank's decision arrived.
    public let closedAt: Date?
}
