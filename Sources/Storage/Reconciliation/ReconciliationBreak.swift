public import Domain
public import FoundationEssentials

/// A difference between the provider's books and ours as it is kept.
public struct ReconciliationBreak: Hashable, Sendable {
    /// A break's id.
    public typealias ID = Identifier<ReconciliationBreak>

    /// What has become of it.
    public enum Status: String, Hashable, Codable, Sendable, CaseIterable {
        /// It is still there.
        case open
        /// The books agree again.
        case healed
        /// A person has dealt with it.
        case resolved
    }

    /// The id.
    public let id: ID
    /// In what way the books differ.
    public let kind: BreakKind
    /// In what.
    public let object: ReconciliationFinding.Object
    /// The provider's id of it.
    public let providerID: String
    /// The order it is about; there need not be such an order.
    public let orderID: Order.ID?
    /// How much it is about.
    public let amount: Money?
    /// What was found last, in one sentence.
    public let reason: String
    /// What has become of it.
    public let status: Status
    /// When it was found.
    public let foundAt: Date
    /// When it was last found.
    public let lastSeenAt: Date
    /// When the books agreed again.
    public let healedAt: Date?
    /// When a person dealt with it.
    public let resolvedAt: Date?
    /// Who.
    public let resolvedBy: String?
    /// How, in their words.
    public let note: String?
}
