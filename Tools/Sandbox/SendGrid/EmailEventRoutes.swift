import FoundationEssentials
import Hummingbird
import JSON

/// `GET /_sandbox/mail/webhook`: where events of mails go, the public key that verifies them, and what became of
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
