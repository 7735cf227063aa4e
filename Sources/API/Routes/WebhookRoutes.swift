import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Storage
import Threading

/// What providers tell of their own accord. It is believed by its signature alone, which is checked before anything in
/// it is looked at; the answer 200 says that it is durable, and a job acts on it.
struct WebhookRoutes {
    /// What is accepted, `nil` where the shop listens to nobody.
    let payments: PaymentWebhook?
    /// Joins events that arrive at the same time into one transaction.
    private let inbox: Batcher<ReceivedEvent, Bool>

    init(payments: PaymentWebhook?, store: WebhookStore) {
        self.payments = payments
        inbox = Batcher(maximumBatch: WebhookStore.maximumBatch, lanes: 2) { try await store.accept($0) }
    }

    func add(to routes: inout Routes) {
        routes.post(
            "webhooks/stripe", audience: .everyone, limit: .webhook, bodyBytes: Limits.webhookBodyBytes, use: stripe)
    }

    @Sendable func stripe(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let payments else { throw Problem.notFound("address") }
        let body = try await request.bodyBytes()
        do {
            let headers = request.headers[values: .stripeSignature]
            guard let header = headers.first, headers.count == 1 else { throw SignatureFault.missing }
            try StripeSignature(header).verify(body, secrets: payments.secrets, now: Date().unixSeconds)
        } catch let fault as SignatureFault {
            WebhookMetrics.count(.invalidSignature)
            context.logger.warning("a webhook was not believed", metadata: ["fault": "\(fault.rawValue)"])
            throw Problem.invalidSignature
        }
        let document = try? await JSONValue.parsedAside(body)
        if let document, StripeNotice.isThin(document) {
            WebhookMetrics.count(.ignored)
            return try JSONResponse.response(Taken())
        }
        guard let document, let notice = StripeNotice(document) else {
            WebhookMetrics.count(.malformed)
            throw Problem.badRequest("The body is not an event of the payment provider.")
        }
        guard !document.holdsNUL else {
            WebhookMetrics.count(.malformed)
            throw Problem.unstorable
        }
        guard notice.isLive == payments.isLive else {
            WebhookMetrics.count(.wrongMode)
            context.logger.error(
                "a webhook is of the other mode", metadata: ["livemode": "\(notice.isLive)", "type": "\(notice.type)"])
            throw Problem.wrongMode(isLive: notice.isLive)
        }
        if let event = notice.event(body) {
            WebhookMetrics.count(try await inbox.submit(event) ? .accepted : .duplicate)
        } else {
            WebhookMetrics.count(.ignored)
        }
        return try JSONResponse.response(Taken())
    }

    /// `{}`: the status says it all.
    private struct Taken: Encodable {}
}
