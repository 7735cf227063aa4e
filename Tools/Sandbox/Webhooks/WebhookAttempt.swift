import FoundationEssentials
import JSON

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
