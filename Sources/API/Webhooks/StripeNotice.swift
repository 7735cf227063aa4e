import Domain
import Foundation
import JSON
import Storage

/// The outside of an event of the payment provider (https://docs.stripe.com/api/events/object): enough to know whether
/// to take it.
struct StripeNotice {
    private let id: String
    /// The provider's name of its kind.
    let type: String
    /// Whether it is about real money.
    let isLive: Bool
    private let occurredAt: Date
    private let objectID: String?
    private let apiVersion: String?

    /// Whether the document is an event of the provider's API v2: it only names what changed, its times are text, and
    /// the shop asks for none (https://docs.stripe.com/event-destinations#thin-events).
    static func isThin(_ document: JSONValue) -> Bool {
        guard case .object(let event) = document, case .string(let object)? = event["object"] else { return false }
        return object == "v2.core.event"
    }

    /// `nil` when the document is no event.
    init?(_ document: JSONValue) {
        guard case .object(let event) = document, case .string(let id)? = event["id"],
            (1...255).contains(id.utf8.count),
            case .string(let type)? = event["type"], case .bool(let isLive)? = event["livemode"],
            case .integer(let created)? = event["created"], (0..<253_402_300_800).contains(created),
            case .object(let data)? = event["data"], case .object(let object)? = data["object"]
        else { return nil }
        self.id = id
        self.type = type
        self.isLive = isLive
        occurredAt = Date(timeIntervalSince1970: TimeInterval(created))
        if case .string(let version)? = event["api_version"], (1...64).contains(version.utf8.count),
            version.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            apiVersion = version
        } else {
            apiVersion = nil
        }
        if case .string(let objectID)? = object["id"] { self.objectID = objectID } else { objectID = nil }
    }

    /// The event to be taken, `nil` when its kind is none the shop acts on.
    ///
    /// - Parameter body: the JSON text it was read from.
    func event(_ body: [UInt8]) -> ReceivedEvent? {
        guard let kind = PaymentEventKind(rawValue: type) else { return nil }
        return ReceivedEvent(
            id: id, kind: kind, isLive: isLive, objectID: objectID, apiVersion: apiVersion, occurredAt: occurredAt,
            payload: String(decoding: body, as: UTF8.self))
    }
}
