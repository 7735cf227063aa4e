package import FoundationEssentials

/// Reads the events of a payment provider: verifies that a webhook is the provider's, says what it is about, and makes
/// of a stored event what happened.
///
/// The API asks the first two when a webhook arrives, a worker the last when it acts on the event. A reader without
/// secrets believes no webhook and still reads what is stored.
package protocol PaymentWebhookReader: Sendable {
    /// The version of the provider's API that events are read as, `nil` where it has none. Events of others are read as
    /// well as they can be.
    var apiVersion: String? { get }

    /// Checks that the provider has sent a webhook, before anything in it is looked at.
    ///
    /// - Parameters:
    ///   - body: byte for byte as it arrived.
    ///   - header: the values of a header field, in the order in which they came.
    ///   - now: seconds since 1970.
    func verify(_ body: [UInt8], header: (String) -> [String], at now: Int64) throws(SignatureFault)

    /// What a webhook brings that has been verified.
    func content(of body: [UInt8]) -> PaymentWebhookContent

    /// The kind of an event under the provider's name of it, `nil` for one that the shop does not act on.
    func kind(ofType type: String) -> PaymentEventKind?

    /// What a stored event says, `nil` when it makes no sense here.
    ///
    /// - Parameters:
    ///   - type: the provider's name of its kind, as stored.
    ///   - payload: the body that was verified.
    func event(ofType type: String, in payload: String) -> PaymentEvent?
}

/// Why a webhook is not believed. For logs: the sender learns only that it is not.
package enum SignatureFault: String, Error, Equatable, Sendable {
    /// There is no signature, or several headers hold one.
    case missing
    /// What was sent does not have the form of a signature.
    case malformed
    /// It was signed too long ago, or in the future: an old one may be replayed.
    case stale
    /// No secret of ours makes any of its signatures.
    case wrong
}

/// What a verified webhook brings.
package enum PaymentWebhookContent: Sendable, Hashable {
    /// An event.
    case notification(PaymentNotification)
    /// Something genuine that no shop acts on.
    case nothing
    /// Nothing that can be read as an event.
    case unreadable
}

/// An event of the payment provider as it arrives: enough to know whether to keep it.
package struct PaymentNotification: Hashable, Sendable {
    /// The provider's id of the event; 1 to 255 characters.
    package let id: String
    /// The provider's name of its kind.
    package let type: String
    /// Whether it is about real money.
    package let isLive: Bool
    /// The provider's id of the object that changed.
    package let objectID: String?
    /// The version of the provider's API that it is written in, where it says so.
    package let apiVersion: String?
    /// When it happened at the provider.
    package let occurredAt: Date
    /// The whole event, the text that was signed.
    package let payload: String

    /// Puts an event together from what arrived.
    package init(
        id: String, type: String, isLive: Bool, objectID: String?, apiVersion: String? = nil, occurredAt: Date,
        payload: String
    ) {
        self.id = id
        self.type = type
        self.isLive = isLive
        self.objectID = objectID
        self.apiVersion = apiVersion
        self.occurredAt = occurredAt
        self.payload = payload
    }
}
