package import Domain
package import FoundationEssentials

/// An event of the payment provider that has been found genuine.
package struct ReceivedEvent: Hashable, Sendable {
    /// The provider's id of it; 1 to 255 characters.
    package let id: String
    /// What it is about.
    package let kind: PaymentEventKind
    /// Whether it is about real money.
    package let isLive: Bool
    /// The provider's id of the object that changed.
    package let objectID: String?
    /// The version of the provider's API that it is written in, where it says so.
    package let apiVersion: String?
    /// When it happened at the provider.
    package let occurredAt: Date
    /// The whole event, the JSON text that was signed.
    package let payload: String

    /// Puts an event together from what arrived.
    package init(
        id: String, kind: PaymentEventKind, isLive: Bool, objectID: String?, apiVersion: String? = nil,
        occurredAt: Date, payload: String
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
