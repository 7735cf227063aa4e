/// Something that happened, as the provider tells it: listed at `GET /v1/events` and sent to the shop's webhook.
///
/// Source: https://docs.stripe.com/api/events/object.
struct Event: Sendable, Codable, Equatable, Identifiable {
    /// The version of the API that the objects in events are written in.
    static let apiVersion = "2025-06-30.basil"

    let id: String
    let kind: EventKind
    /// Seconds since 1970.
    let created: Int64
    /// The object as it stood then, a JSON document.
    let object: String
    /// The order it concerns, so that faults can be aimed at it and tests can find it.
    let orderID: String?
    let requestID: String?
    let idempotencyKey: String?
    /// Whether it was to be sent to a webhook when it happened. Without an address then, it is only listed.
    let isAnnounced: Bool

    init(_ kind: EventKind, _ object: JSONValue, orderID: String?, from origin: EventOrigin) {
        id = ProviderID.event()
        self.kind = kind
        created = origin.at.unixSeconds
        self.object = object.text
        self.orderID = orderID
        requestID = origin.requestID
        idempotencyKey = origin.idempotencyKey
        isAnnounced = origin.isAnnounced
    }

    /// The event as the provider writes it.
    var wire: JSONValue { wire(id: id, isLive: false) }

    /// The event as if it had happened with real money, under an id of its own: what a webhook sees that is registered in the wrong mode.
    var liveTwin: JSONValue { wire(id: id + "live", isLive: true) }

    private func wire(id: String, isLive: Bool) -> JSONValue {
        .object([
            ("id", .string(id)), ("object", "event"), ("api_version", .string(Self.apiVersion)), ("created", .integer(created)),
            ("data", .object([("object", .document(object))])), ("livemode", .bool(isLive)),
            ("pending_webhooks", .integer(isAnnounced ? 1 : 0)),
            ("request", .object([("id", .optional(requestID)), ("idempotency_key", .optional(idempotencyKey))])),
            ("type", .string(kind.rawValue)),
        ])
    }
}
