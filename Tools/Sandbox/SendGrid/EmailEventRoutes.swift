import Crypto
import FoundationEssentials
import Hummingbird
import JSON

/// `GET /_sandbox/mail/webhook`: where events of emails go, the public key that verifies them, and what became of
/// sending them.
/// `POST /_sandbox/mail/webhook` with `{"url": …}` sends them elsewhere.
struct EmailEventRoutes: Sendable {
    let outbox: EmailEventOutbox

    private struct Change: Decodable {
        let url: String
    }

    func add(to router: Router<SandboxContext>) {
        router.get("/_sandbox/mail/webhook") { _, _ in current }
        router.post("/_sandbox/mail/webhook") { request, _ in
            let body = try await request.body.collect(upTo: 16 * 1024)
            guard let change = try? JSONDecoder().decode(Change.self, from: Data(body.readableBytesView)),
                WebhookTarget.isAddress(change.url)
            else {
                let message = "Send JSON with the url of the shop's webhook: http://… or https://…"
                return Response.json(StripeError.invalidRequest(code: nil, message: message).body, status: .badRequest)
            }
            outbox.point(to: change.url)
            return current
        }
    }

    private var current: Response {
        let attempts = outbox.attempts.map { entry in
            JSONValue.object([("mail", .integer(Int64(entry.mail))), ("attempt", entry.attempt.wire)])
        }
        return .json(
            .object([
                ("url", .optional(outbox.url)), ("public_key", .string(outbox.key.publicText)),
                ("attempts", .array(attempts)),
            ]))
    }
}

/// The P-256 key that signs the events of emails. It is kept in the journal, so that a receiver that was told the
/// public half need not be told again.
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

    /// A key that no receiver was told.
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
