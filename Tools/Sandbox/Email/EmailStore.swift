import FoundationEssentials
import JSON

/// The messages the sink took, journalled before they are acknowledged.
actor EmailStore {
    /// How many of the newest messages keep their content in memory; of older ones the list remains.
    static let contentsKept = 5_000

    private var emails: [StoredEmail] = []
    private var messageIDs: Set<String> = []
    private let journal: Journal

    init(journal: Journal, replaying records: [JournalRecord]) {
        self.journal = journal
        for record in records {
            guard let mail = record.mail else { continue }
            Self.keep(mail, in: &emails, &messageIDs)
        }
    }

    /// Records a message.
    /// - Parameter origin: what the provider's API knows of it; nil when it came by SMTP.
    /// - Throws: `JournalError` when it could not be written; then the message is not taken.
    func take(_ envelope: SMTPEnvelope, fate: EmailFate = .delivered, through origin: EmailOrigin? = nil)
        throws(JournalError) -> StoredEmail
    {
        var mail = StoredEmail(id: emails.count + 1, envelope: envelope, at: .now)
        mail.origin = origin
        mail.lost = fate == .delivered ? nil : fate
        try journal.append(JournalRecord(mail: mail))
        Self.keep(mail, in: &emails, &messageIDs)
        return mail
    }

    /// Whether a message with this id was taken, however often.
    func wasAccepted(_ messageID: String) -> Bool { messageIDs.contains(StoredEmail.bare(messageID)) }

    /// One message.
    func mail(_ id: Int) -> StoredEmail? { emails.indices.contains(id - 1) ? emails[id - 1] : nil }

    /// Messages in order of arrival; to one address, of one order or with one message id where given.
    func list(to recipient: String? = nil, orderID: String? = nil, messageID: String? = nil) -> [StoredEmail] {
        let messageID = messageID.map { StoredEmail.bare($0) }
        return emails.filter { mail in
            (recipient.map { mail.recipients.contains($0) } ?? true) && (orderID == nil || mail.orderID == orderID)
                && (messageID == nil || mail.messageID == messageID)
        }
    }

    private static func keep(_ mail: StoredEmail, in emails: inout [StoredEmail], _ messageIDs: inout Set<String>) {
        emails.append(mail)
        messageIDs.insert(mail.messageID)
        if emails.count > contentsKept { emails[emails.count - contentsKept - 1].content = nil }
    }
}

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
