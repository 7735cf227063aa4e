package import Domain
package import FoundationEssentials

/// An event as its job finds it.
package struct StoredEvent: Hashable, Sendable {
    /// The provider's id of it.
    package let id: String
    /// What it is about; `nil` when a later version of the shop took it.
    package let kind: PaymentEventKind?
    /// When it happened at the provider.
    package let occurredAt: Date
    /// The JSON text that was signed, `nil` once nobody waits for it any more: it is handled, or ignored by an
    /// operator.
    package let payload: String?
}
