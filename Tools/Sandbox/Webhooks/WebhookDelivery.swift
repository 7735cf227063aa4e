import JSON

/// What became of sending one event.
struct WebhookDelivery: Sendable, Identifiable {
    /// How many attempts of one event are remembered.
    static let attemptsKept = 100
    /// How long the receiver has for an answer, in seconds.
    static let patience = 10

    let event: Event
    /// The way in which its first round goes wrong.
    let fault: FaultKind?
    private(set) var attempts: [WebhookAttempt] = []
    /// Whether a round ended in which every genuine copy was taken.
    var isDelivered = false

    var id: String { event.id }

    init(event: Event, fault: FaultKind?) {
        self.event = event
        self.fault = fault
    }

    mutating func note(_ attempt: WebhookAttempt) {
        attempts.append(attempt)
        if attempts.count > Self.attemptsKept { attempts.removeFirst() }
    }

    /// How long to wait after a round in vain, in seconds: 1, 2, 4 … 64, and then every 64.
    /// - Parameter round: from 0.
    static func pause(after round: Int) -> Int { 1 << min(round, 6) }

    /// The entry as `GET /_sandbox/webhooks` lists it.
    var wire: JSONValue {
        .object([
            ("event", .string(event.id)), ("type", .string(event.type)), ("order_id", .optional(event.orderID)),
            ("fault", .optional(fault?.rawValue)), ("delivered", .bool(isDelivered)),
            ("attempts", .array(attempts.map(\.wire))),
        ])
    }
}
