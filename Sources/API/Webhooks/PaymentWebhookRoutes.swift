import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import JobQueue
import Logging
import Metrics
import NIOPosix
import Providers
import Resilience
import Storage
import Threading

/// What proves that a webhook comes from the payment provider.
struct PaymentWebhook: Sendable {
    /// The provider's name.
    let provider: String
    let reader: any PaymentWebhookReader
    /// Whether the shop takes real money.
    let isLive: Bool

    /// - Parameter secrets: as the provider shows them; each may have signed.
    init(_ module: any PaymentProviderModule, secrets: [String], isLive: Bool) {
        provider = module.name
        reader = module.webhookReader(secrets: secrets)
        self.isLive = isLive
    }
}

/// Events of the payment provider. One is believed by its signature alone, which is checked before anything in it is
/// looked at; the answer 200 says that it is durable, and a job acts on it.
struct PaymentWebhookRoutes {
    /// The provider's name: the end of the path.
    let provider: String
    /// What is accepted, `nil` where the shop takes no events.
    let webhook: PaymentWebhook?
    /// Joins events that arrive at the same time into one transaction.
    private let inbox: Batcher<PaymentNotification, Bool>

    init(provider: String, webhook: PaymentWebhook?, store: WebhookStore) {
        self.provider = provider
        self.webhook = webhook
        inbox = Batcher(maximumBatch: WebhookStore.maximumBatch, maximumConcurrency: 2) { events in
            try await JobTrace.joining(events.count) { try await store.accept(events) }
        }
    }

    func add(to routes: inout Routes) {
        routes.post(
            "webhooks/\(provider)", audience: .everyone, limit: .webhook, bodyBytes: Limits.webhookBodyBytes,
            use: receive)
    }

    @Sendable func receive(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let webhook else { throw Problem.notFound("address") }
        let body = try await request.bodyBytes()
        do throws(SignatureFault) {
            try webhook.reader.verify(
                body, header: { name in HTTPField.Name(name).map { request.headers[values: $0] } ?? [] },
                at: Date().unixSeconds)
        } catch {
            WebhookMetrics.count(.invalidSignature, of: provider)
            context.logger.warning("webhook signature verification failed", metadata: ["fault": "\(error.rawValue)"])
            throw Problem.invalidSignature
        }
        switch try await content(of: body, webhook.reader) {
        case .nothing:
            WebhookMetrics.count(.ignored, of: provider)
        case .unreadable:
            WebhookMetrics.count(.malformed, of: provider)
            throw Problem.badRequest("The body is not an event of the payment provider.")
        case .notification(let event):
            try await accept(event, webhook, context.logger)
        }
        return try JSONResponse.response(Taken())
    }

    /// The strict parser has the first word: readers of a lenient one may disagree about what a body says. Long bodies
    /// are read off the event loops.
    private func content(
        of body: [UInt8], _ reader: any PaymentWebhookReader
    ) async throws -> PaymentWebhookContent {
        guard let document = try? await JSONValue.parsedAside(body) else { return .unreadable }
        let content =
            body.count > Limits.quickBodyBytes
            ? try await NIOThreadPool.singleton.runIfActive { reader.content(of: body) } : reader.content(of: body)
        if case .notification = content, document.holdsNUL {
            WebhookMetrics.count(.malformed, of: provider)
            throw Problem.unstorable
        }
        return content
    }

    private func accept(_ event: PaymentNotification, _ webhook: PaymentWebhook, _ logger: Logger) async throws {
        guard event.isLive == webhook.isLive else {
            WebhookMetrics.count(.wrongMode, of: provider)
            logger.error(
                "a webhook is of the other mode", metadata: ["livemode": "\(event.isLive)", "type": "\(event.type)"])
            throw Problem.wrongMode(isLive: event.isLive)
        }
        guard webhook.reader.kind(ofType: event.type) != nil else {
            return WebhookMetrics.count(.ignored, of: provider)
        }
        WebhookMetrics.count(try await inbox.submit(event) ? .accepted : .duplicate, of: provider)
    }

    /// `{}`: the status says it all.
    private struct Taken: Encodable {}
}

/// What became of webhooks at the door, counted: `webhook_events_total`.
enum WebhookMetrics {
    enum Outcome: String {
        /// New, and durable now.
        case accepted
        /// Taken before.
        case duplicate
        /// Of a kind that the shop does not act on.
        case ignored
        /// Not signed by the provider.
        case invalidSignature = "invalid_signature"
        /// Of play money where the shop takes real money, or the other way round.
        case wrongMode = "wrong_mode"
        /// Signed, and no event.
        case malformed
    }

    /// - Parameter provider: whose they are.
    static func count(_ outcome: Outcome, of provider: String, times: Int = 1) {
        Counter(label: "webhook_events_total", dimensions: [("provider", provider), ("outcome", outcome.rawValue)])
            .increment(by: times)
    }
}

extension Problem {
    /// One answer for every fault of a signature, so that none tells which check it failed.
    static var invalidSignature: Problem {
        Problem(
            "invalid_signature", .badRequest, "Webhook signature verification failed",
            "The signature does not fit the body, or is not of now.")
    }

    static func wrongMode(isLive: Bool) -> Problem {
        Problem(
            "wrong_mode", .badRequest, "Wrong mode",
            "This shop takes \(isLive ? "play" : "real") money; the event is about \(isLive ? "real" : "play") money.")
    }
}
