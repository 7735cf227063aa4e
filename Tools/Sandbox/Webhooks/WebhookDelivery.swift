import FoundationEssentials
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

/// One time an event was sent.
struct WebhookAttempt: Sendable {
    let variant: WebhookVariant
    let at: Date
    /// The receiver's status; nil when no answer came.
    let status: Int?
    /// Why no answer came.
    let failure: String?

    /// Whether the receiver took it.
    var isTaken: Bool { status.map { (200..<300).contains($0) } ?? false }

    /// An attempt that had nowhere to go.
    static func noAddress(_ variant: WebhookVariant) -> Self {
        WebhookAttempt(variant: variant, at: .now, status: nil, failure: "No webhook address is set.")
    }

    var wire: JSONValue {
        .object([
            ("variant", .string(variant.rawValue)), ("at", .string(at.timestamp)),
            ("status", status.map { .integer(Int64($0)) } ?? .null), ("failure", .optional(failure)),
        ])
    }
}

/// One event to be sent until it is taken.
struct WebhookJob: Sendable {
    let event: Event
    var fault: FaultRule?
    /// Ends when another event of the same order has been sent: what a reordered one waits for.
    var overtaken: AsyncStream<Void>?
}

/// Where events go and what they are signed with.
struct WebhookTarget: Sendable, Equatable {
    /// The secret used when none is set: publicly known, as fits a sandbox.
    static let defaultSecret = "whsec_sandbox"

    let url: String
    /// At least one; each signs.
    let secrets: [String]

    /// Whether a text can be the address of a webhook.
    static func isAddress(_ url: String) -> Bool {
        (url.hasPrefix("http://") || url.hasPrefix("https://")) && url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && !url.hasSuffix("//")
    }
}
