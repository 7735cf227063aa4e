public import Domain
public import FoundationEssentials

/// An event of the payment provider that has been found genuine.
public struct ReceivedEvent: Hashable, Sendable {
    /// The provider's id of it; 1 to 255 characters.
    public let id: String
    /// What it is about.
    public let kind: PaymentEventKind
    /// Whether it is about real money.
    public let isLive: Bool
    /// The provider's id of the object that changed.
    public let objectID: String?
    /// The version of the provider's API that it is written in, where it says so.
    public let apiVersion: String?
    /// When it happened at the provider.
    public let occurredAt: Date
    /// The whole event, the JSON text that was signed.
    public let payload: String

    /// Puts an event together from what arrived.
    public init(
        id: String, kind: PaymentEventKind, isLive: Bool, objectID: String?, apiVersion: String? = nil, occurredAt: Date, payload: String
    ) {
        self.id = id
        self.kind = kind
        self.isLive = isLive
        self.objectID = objectID
        self.apiVersion = apiVersion
        self.occurredAt = occurredAt
        self.payload = payload
    }
}
