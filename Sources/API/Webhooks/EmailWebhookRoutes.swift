import Arithmetic
import Bootstrap
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Resilience
import Storage

/// How the email provider's events are told from others'.
struct EmailWebhook: Sendable {
    /// The provider's public key for this shop.
    let key: P256.Signing.PublicKey

    /// - Throws: ``StartupError`` when the bytes are no key.
    init(der bytes: [UInt8]) throws(StartupError) {
        do {
            key = try P256.Signing.PublicKey(derRepresentation: Data(bytes))
        } catch {
            throw StartupError(
                "SENDGRID_WEBHOOK_KEY: this is no public key of the curve P-256. Copy it anew from the "
                    + "provider's settings."
            )
        }
    }
}

/// Takes the email provider's events of emails that it has accepted. They are believed by their signature alone; the
/// answer 200 says that they are durable, and jobs act on them.
struct EmailWebhookRoutes {
    private static let provider = "sendgrid"

    /// How its events are known, `nil` where the shop takes no events.
    let webhook: EmailWebhook?
    let events: EmailEventStore

    func add(to routes: inout Routes) {
        routes.post(
            "webhooks/\(Self.provider)", audience: .everyone, limit: .webhook, bodyBytes: Limits.webhookBodyBytes,
            use: sendGrid)
    }

    @Sendable func sendGrid(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let webhook else { throw Problem.notFound("address") }
        let body = try await request.bodyBytes()
        let signature = SendGridSignature(
            signature: request.headers[values: .sendGridSignature],
            timestamp: request.headers[values: .sendGridTimestamp])
        do throws(SignatureFault) {
            try signature.verify(body, key: webhook.key, now: Date().unixSeconds)
        } catch {
            WebhookMetrics.count(.invalidSignature, of: Self.provider)
            context.logger.warning("events of emails were not believed", metadata: ["fault": "\(error.rawValue)"])
            throw Problem.invalidSignature
        }
        guard let document = try? await JSONValue.parsedAside(body), let updates = SendGridNotice.events(document)
        else {
            WebhookMetrics.count(.malformed, of: Self.provider)
            throw Problem.badRequest("The body is not a list of the email provider's events.")
        }
        guard !document.holdsNUL else {
            WebhookMetrics.count(.malformed, of: Self.provider)
            throw Problem.unstorable
        }
        let new = try await events.accept(updates)
        WebhookMetrics.count(.accepted, of: Self.provider, times: new)
        WebhookMetrics.count(.duplicate, of: Self.provider, times: updates.count - new)
        return try JSONResponse.response(Taken())
    }

    /// `{}`: the status says it all.
    private struct Taken: Encodable {}
}
