import FoundationEssentials
import HTTPTypes
import Hummingbird

/// What was sent to the shop, for tests and people.
///
/// - `GET /_sandbox/webhooks` lists the deliveries (`?order_id=`, `?event=`), each with its attempts and the receiver's statuses.
/// - `POST /_sandbox/webhooks` with `{"url": …}`, `{"secret": …}` or `{"secrets": […]}` changes where they go and what signs them.
/// - `POST /_sandbox/webhooks/{event}/send` sends an event once more and answers when that was done.
struct WebhookRoutes: Sendable {
    let outbox: WebhookOutbox
    let desk: PaymentDesk

    /// The body that changes the target.
    private struct Change: Decodable {
        var url: String?
        var secret: String?
        var secrets: [String]?
    }

    func add(to router: Router<SandboxContext>) {
        router.get("/webhooks") { _, _ in Response.page(WebhooksPage.html(of: outbox.deliveries(), to: outbox.target)) }
        router.get("/_sandbox/webhooks") { request, _ in
            let query = request.uri.queryParameters
            return list(outbox.deliveries(orderID: query["order_id"].map(String.init), event: query["event"].map(String.init)))
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
            guard change.url.map(WebhookTarget.isAddress) ?? (outbox.target != nil) else {
                return Self.refusal("Give the url of the shop's webhook: http://… or https://…")
            }
            outbox.point(to: change.url, secrets: secrets)
            return list([])
        }
        router.post("/_sandbox/webhooks/{event}/send") { request, context in
            let response = try await sendAgain(context.parameters.get("event") ?? "")
            guard response.status == .ok, request.headers[.accept]?.contains("text/html") == true else { return response }
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
                ("deliveries", .array(deliveries.map(\.wire))),
            ]))
    }

    private static func refusal(_ message: String) -> Response {
        .json(StripeError.invalidRequest(code: nil, message: "Webhooks: \(message)").body, status: .badRequest)
    }
}
