import FoundationEssentials
import JSON

/// A message the sink took.
struct StoredEmail: Sendable, Codable, Equatable, Identifiable {
    /// Position in order of arrival, from 1.
    let id: Int
    /// `Message-ID` without its angle brackets; empty when the message had none.
    let messageID: String
    let from: String
    let recipients: [String]
    let subject: String
    /// The header `X-Order-ID`.
    let orderID: String?
    let receivedAt: Date
    /// RFC 5322 bytes; nil when older than what the sink keeps in memory.
    var content: Data?
    /// What the provider's API knows of it; nil when it came by SMTP.
    var origin: EmailOrigin?
    /// How it was lost after it had been accepted; nil when it arrived.
    var lost: EmailFate?

    init(id: Int, envelope: SMTPEnvelope, at now: Date) {
        let message = MIMEMessage(envelope.content)
        self.id = id
        messageID = Self.bare(message.header("Message-ID") ?? "")
        from = envelope.from
        recipients = envelope.recipients
        subject = message.subject
        orderID = message.header("X-Order-ID")
        receivedAt = now
        content = Data(envelope.content)
    }

    /// A message id without spaces and angle brackets, so that ids compare however they were written.
    static func bare(_ messageID: some StringProtocol) -> String {
        String(messageID.filter { !$0.isWhitespace && $0 != "<" && $0 != ">" })
    }

    /// The entry as `GET /_sandbox/mail` lists it.
    var wire: JSONValue {
        .object([
            ("id", .integer(Int64(id))), ("message_id", .string(messageID)), ("from", .string(from)),
            ("to", .array(recipients.map(JSONValue.string))), ("subject", .string(subject)),
            ("order_id", .optional(orderID)),
            ("received_at", .string(receivedAt.timestamp)), ("fate", .string((lost ?? .delivered).rawValue)),
            ("provider_id", .optional(origin?.providerID)), ("custom_args", .strings(origin?.arguments ?? [:])),
        ])
    }
}
