public import Domain

/// An event as its job finds it.
public struct StoredEvent: Hashable, Sendable {
    /// The provider's id of it.
    public let id: String
    /// What it is about; `nil` when a later version of the shop took it.
    public let kind: PaymentEventKind?
    /// The JSON text that was signed, `nil` once it is handled.
    public let payload: String?
}
