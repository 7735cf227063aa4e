package import Domain
package import FoundationEssentials

/// A difference between the provider's books and ours as it is kept.
package struct ReconciliationBreak: Hashable, Sendable {
    /// A break's id.
    package typealias ID = Identifier<ReconciliationBreak>

    /// What has become of it.
    package enum Status: String, Hashable, Codable, Sendable, CaseIterable {
        /// It is still there.
        case open
        /// The books agree again.
        case healed
        /// A person has dealt with it.
        case resolved
    }

    /// The id.
    package let id: ID
    /// In what way the books differ.
    package let kind: BreakKind
    /// In what.
    package let object: ReconciliationFinding.Object
    /// The provider's id of it.
    package let providerID: String
    /// The order it is about; there need not be such an order.
    package let orderID: Order.ID?
    /// How much it is about.
    package let amount: Money?
    /// What was found last, in one sentence.
    package let reason: String
    /// What has become of it.
    package let status: Status
    /// When it was found.
    package let foundAt: Date
    /// When it was last found.
    package let lastSeenAt: Date
    /// When the books agreed again.
    package let healedAt: Date?
    /// When a person dealt with it.
    package let resolvedAt: Date?
    /// Who.
    package let resolvedBy: String?
    /// How, in their words.
    package let note: String?
}
