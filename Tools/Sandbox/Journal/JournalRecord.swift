import FoundationEssentials

/// One line of the journal: whatever became true together.
struct JournalRecord: Sendable, Codable, Equatable {
    var change: BookChange?
    var answer: StoredAnswer?
    var mail: StoredEmail?
    /// The event that the shop's webhook took.
    var delivered: String?
    /// The message of whose events the shop's webhook took notice.
    var mailTold: Int?
    /// The private key that signs events of mails, as raw bytes.
    var mailKey: Data?
    /// Idempotency keys whose answers were let go before their time.
    var forgotten: [String]?
    /// A template of the mail provider, in place of an older one of its id.
    var template: SendGridTemplate?
}
