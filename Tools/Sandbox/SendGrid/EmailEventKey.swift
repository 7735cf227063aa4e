import Crypto
import FoundationEssentials

/// The P-256 key that signs the events of mails. It is kept in the journal, so that whoever was told the public half
/// need not be told again.
struct EmailEventKey: Sendable {
    private let key: P256.Signing.PrivateKey

    /// The given key, else the journal's, else a new one that is written into it.
    init(_ given: Data?, journal: Journal, replaying records: [JournalRecord]) throws(JournalError) {
        if let given, let key = try? P256.Signing.PrivateKey(rawRepresentation: given) {
            self.key = key
        } else if let kept = records.lazy.compactMap(\.mailKey).last,
            let key = try? P256.Signing.PrivateKey(rawRepresentation: kept)
        {
            self.key = key
        } else {
            key = P256.Signing.PrivateKey()
            try journal.append(JournalRecord(mailKey: key.rawRepresentation))
        }
    }

    /// A key nobody was told of.
    init() {
        key = P256.Signing.PrivateKey()
    }

    /// What the shop verifies with: DER in base64, as the provider shows it.
    var publicText: String { key.publicKey.derRepresentation.base64EncodedString() }

    /// ECDSA over SHA-256 of the timestamp and the raw body, DER in base64
    /// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
    func signature(of body: String, at timestamp: String) throws -> String {
        try key.signature(for: Data((timestamp + body).utf8)).derRepresentation.base64EncodedString()
    }
}
