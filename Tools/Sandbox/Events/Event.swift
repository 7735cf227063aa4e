import FoundationEssentials
import JSON

/// Something that happened, as the provider tells it: listed at `GET /v1/events` and sent to the shop's webhook.
///
/// Source: https://docs.stripe.com/api/events/object.
struct Event: Sendable, Codable, Equatable, Identifiable {
    let id: String
    let kind: EventKind
    /// Seconds since 1970.
    let created: Int64
    /// The object as it stood then, a JSON document. Of an event that only says that something happened, the whole of
    /// it.
    let object: String
    /// The order it concerns, so that faults can be aimed at it and tests can find it.
    let orderID: String?
    let requestID: String?
    let idempotencyKey: String?
    /// Whether it was to be sent to a webhook when it happened. Without an address then, it is only listed.
    let isAnnounced: Bool
    /// The version of the API that the object is written in: the account's when it happened.
    var apiVersion: StripeVersion?
    /// What the object's changed fields were before, a JSON document.
    var previous: String?
    /// What an event of the second version of the API is called.
    var thinType: String?

    init(
        _ kind: EventKind, _ object: JSONValue, was previous: JSONValue? = nil, orderID: String?,
        from origin: EventOrigin
    ) {
        id = ProviderID.event()
        self.kind = kind
        created = origin.at.unixSeconds
        self.object = object.text
        self.orderID = orderID
        requestID = origin.requestID
        idempotencyKey = origin.idempotencyKey
        isAnnounced = origin.isAnnounced
        apiVersion = origin.version
        self.previous = previous?.text
    }

    /// An event of the second version of the API, which names what it is about and leaves the reading to the receiver
    /// (https://docs.stripe.com/api/v2/core/events/event-types).
    /// - Parameter related: id, type and path of what it is about.
    init(thin type: String, related: (id: String, type: String, url: String)?, from origin: EventOrigin) {
        id = ProviderID.thinEvent()
        kind = .thin
        thinType = type
        created = origin.at.unixSeconds
        let about = related.map { related in
            JSONValue.object([
                ("id", .string(related.id)), ("type", .string(related.type)), ("url", .string(related.url)),
            ])
        }
        object =
            JSONValue.object([
                ("id", .string(id)), ("object", "v2.core.event"), ("type", .string(type)), ("livemode", .bool(false)),
                ("created", .string(origin.at.timestamp)), ("context", .null), ("reason", .null),
                ("related_object", about ?? .null),
            ]).text
        orderID = nil
        requestID = nil
        idempotencyKey = nil
        isAnnounced = true
    }

    /// What it is called where it is listed.
    var type: String { thinType ?? kind.rawValue }

    /// The event as the provider writes it.
    var wire: JSONValue { wire(id: id, isLive: false) }

    /// The event as if it had happened with real money, under an id of its own: what a webhook sees that is registered
    /// in the wrong mode.
    var liveTwin: JSONValue { wire(id: id + "live", isLive: true) }

    private func wire(id: String, isLive: Bool) -> JSONValue {
        guard kind != .thin else { return .document(object) }
        var data: [(String, JSONValue)] = [("object", .document(object))]
        if let previous { data.append(("previous_attributes", .document(previous))) }
        return .object([
            ("id", .string(id)), ("object", "event"), ("api_version", .string((apiVersion ?? .current).text)),
            ("created", .integer(created)), ("data", .object(data)), ("livemode", .bool(isLive)),
            ("pending_webhooks", .integer(isAnnounced ? 1 : 0)),
            ("request", .object([("id", .optional(requestID)), ("idempotency_key", .optional(idempotencyKey))])),
            ("type", .string(kind.rawValue)),
        ])
    }
}

/// When and through which call something happened.
struct EventOrigin: Sendable {
    let at: Date
    /// The call that caused it; nil when time did.
    var requestID: String?
    /// The key that call carried.
    var idempotencyKey: String?
    /// Whether the shop takes events at this time.
    var isAnnounced = false
    /// The account's version of the API, which events are written in.
    var version = StripeVersion.current
}

/// What an event is about, by the provider's names (https://docs.stripe.com/api/events/types).
enum EventKind: String, Sendable, Codable, CaseIterable {
    case intentCreated = "payment_intent.created"
    case intentRequiresAction = "payment_intent.requires_action"
    case intentCapturable = "payment_intent.amount_capturable_updated"
    case intentProcessing = "payment_intent.processing"
    case intentSucceeded = "payment_intent.succeeded"
    case intentFailed = "payment_intent.payment_failed"
    case intentCanceled = "payment_intent.canceled"
    case chargeSucceeded = "charge.succeeded"
    case chargeFailed = "charge.failed"
    case chargeCaptured = "charge.captured"
    case chargeRefunded = "charge.refunded"
    case chargeRefundUpdated = "charge.refund.updated"
    case refundCreated = "refund.created"
    case refundUpdated = "refund.updated"
    case refundFailed = "refund.failed"
    case disputeCreated = "charge.dispute.created"
    case disputeUpdated = "charge.dispute.updated"
    case disputeWithdrawn = "charge.dispute.funds_withdrawn"
    case disputeReinstated = "charge.dispute.funds_reinstated"
    case disputeClosed = "charge.dispute.closed"
    /// Any event of the second version of the API.
    case thin = "v2.core.event"
}
