import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON

/// What was sent to the shop, for tests and people.
///
/// - `GET /_sandbox/webhooks` lists the deliveries (`?order_id=`, `?event=`), each with its attempts and the receiver's
///   statuses.
/// - `POST /_sandbox/webhooks` with `{"url": …}`, `{"secret": …}` or `{"secrets": […]}` changes where they go and what
///   signs them, with `{"api_version": "2024-06-20"}` the version of the API that they are written in.
/// - `POST /_sandbox/webhooks/thin` with `{"type": …}` and, where it has one, `{"related_object": {"id", "type",
///   "url"}}` sends an event of the second version of the API.
/// - `POST /_sandbox/webhooks/{event}/send` sends an event once more and answers when that was done.
struct WebhookRoutes: Sendable {
    let outbox: WebhookOutbox
    let desk: PaymentService

    /// The body that changes the target.
    private struct Change: Decodable {
        var url: String?
        var secret: String?
        var secrets: [String]?
        var version: String?

        enum CodingKeys: String, CodingKey {
            case url, secret, secrets
            case version = "api_version"
        }
    }

    /// The body that sends an event of the second version of the API.
    private struct Thin: Decodable {
        struct Related: Decodable {
            let id: String
            let type: String
            let url: String
        }
        let type: String
        let related: Related?

        enum CodingKeys: String, CodingKey {
            case type
            case related = "related_object"
        }
    }

    func add(to router: Router<SandboxContext>) {
        router.get("/webhooks") { _, _ in Response.page(WebhooksPage.html(of: outbox.deliveries(), to: outbox.target)) }
        router.get("/_sandbox/webhooks") { request, _ in
            let query = request.uri.queryParameters
            return list(
                outbox.deliveries(orderID: query["order_id"].map(String.init), event: query["event"].map(String.init)))
        }
        router.post("/_sandbox/webhooks") { request, _ in
            let body = try await request.body.collect(upTo: 16 * 1024)
            guard let change = try? JSONDecoder().decode(Change.self, from: Data(body.readableBytesView)) else {
                return Self.refusal("Send JSON with url, secret or secrets.")
            }
            let secrets = change.secrets ?? change.secret.map { [$0] }
            guard secrets?.isEmpty != true, secrets?.allSatisfy({ !$0.isEmpty }) ?? true else {
                return Self.refusal("A secret is a text that is not empty.")
            }
            if let text = change.version {
                guard let version = StripeVersion(text) else {
                    return Self.refusal("'\(text)' is no version of the API.")
                }
                outbox.write(in: version)
                if change.url == nil, secrets == nil { return list([]) }
            }
            guard change.url.map(WebhookTarget.isAddress) ?? (outbox.target != nil) else {
                return Self.refusal("Give the url of the shop's webhook: http://… or https://…")
            }
            outbox.point(to: change.url, secrets: secrets)
            return list([])
        }
        router.post("/_sandbox/webhooks/thin") { request, _ in
            let body = try await request.body.collect(upTo: 16 * 1024)
            guard let thin = try? JSONDecoder().decode(Thin.self, from: Data(body.readableBytesView)) else {
                return Self.refusal("Send JSON with a type, and a related_object with id, type and url or none.")
            }
            guard outbox.target != nil else { return Self.refusal("No webhook address is set.") }
            let event = Event(
                thin: thin.type, related: thin.related.map { ($0.id, $0.type, $0.url) }, from: EventOrigin(at: .now))
            for await _ in outbox.addThin(event) {}
            return list(outbox.deliveries(event: event.id))
        }
        router.post("/_sandbox/webhooks/{event}/send") { request, context in
            let response = try await sendAgain(context.parameters.get("event") ?? "")
            guard response.status == .ok, request.headers[.accept]?.contains("text/html") == true else {
                return response
            }
            return Response(status: .seeOther, headers: [.location: "/webhooks"])
        }
    }

    private func sendAgain(_ id: String) async throws -> Response {
        guard let event = await desk.event(id) else {
            return .json(StripeError.missing("event", id, param: "event").body, status: .notFound)
        }
        guard outbox.target != nil else { return Self.refusal("No webhook address is set.") }
        for await _ in outbox.sendAgain(event) {}
        return list(outbox.deliveries(event: id))
    }

    private func list(_ deliveries: [WebhookDelivery]) -> Response {
        let target = outbox.target
        return .json(
            .object([
                ("url", .optional(target?.url)), ("secrets", .array((target?.secrets ?? []).map(JSONValue.string))),
                ("api_version", .string(outbox.version.text)),
                ("deliveries", .array(deliveries.map(\.wire))),
            ]))
    }

    private static func refusal(_ message: String) -> Response {
        .json(StripeError.invalidRequest(code: nil, message: "Webhooks: \(message)").body, status: .badRequest)
    }
}
