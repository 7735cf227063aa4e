public import Domain
public import FoundationEssentials

/// An event as its job finds it.
public struct StoredEvent: Hashable, Sendable {
    /// The provider's id of it.
    public let id: String
    /// What it is about; `nil` when a later version of the shop took it.
    public let kind: PaymentEventKind?
    /// When it happened at the provider.
    public let occurredAt: Date
    /// The JSON text that was signed, `nil` once nobody waits for it any more: it is handled, or ignored by an operator.
    public let payload: String?
}
