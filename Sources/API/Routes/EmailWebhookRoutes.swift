import Domain
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Storage

/// What the mail provider tells of mails that it has accepted. It is believed by its signature alone; the answer 200
/// says that it is durable, and jobs act on it.
struct EmailWebhookRoutes {
    /// How its events are known, `nil` where the shop listens to nobody.
    let webhook: EmailWebhook?
    let events: EmailEventStore

    func add(to routes: inout Routes) {
        routes.post(
            "webhooks/sendgrid", audience: .everyone, limit: .webhook, bodyBytes: Limits.webhookBodyBytes, use: sendGrid
        )
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
            WebhookMetrics.count(.invalidSignature, of: .sendgrid)
            context.logger.warning("events of mails were not believed", metadata: ["fault": "\(error.rawValue)"])
            throw Problem.invalidSignature
        }
        guard let document = try? await JSONValue.parsedAside(body), let news = SendGridNotice.events(document) else {
            WebhookMetrics.count(.malformed, of: .sendgrid)
            throw Problem.badRequest("The body is not a list of the mail provider's events.")
        }
        guard !document.holdsNUL else {
            WebhookMetrics.count(.malformed, of: .sendgrid)
            throw Problem.unstorable
        }
        let new = try await events.accept(news)
        WebhookMetrics.count(.accepted, of: .sendgrid, times: new)
        WebhookMetrics.count(.duplicate, of: .sendgrid, times: news.count - new)
        return try JSONResponse.response(Taken())
    }

    /// `{}`: the status says it all.
    private struct Taken: Encodable {}
}
