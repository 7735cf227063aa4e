import HTTPTypes
import Hummingbird
import JSON

/// What the provider, banks and customers do in their own time, done now.
///
/// - `POST /_sandbox/advance` (`?order_id=`) lets everything happen that waits for time to pass, and answers with what
///   became of it.
/// - `POST /_sandbox/disputes` with `payment_intent=` (and `reason=`, `due_by=` in seconds since 1970) lets the
///   customer ask the money back; with `inquiry=true` the bank only asks.
/// - `POST /_sandbox/disputes/{id}` with `result=won` or `lost` lets the bank decide; `warning_closed` ends an inquiry,
///   `needs_response` makes a dispute of it.
struct LaterRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.post("/_sandbox/advance") { request, _ in
            var happened: [JSONValue] = []
            for step in await desk.stepsLater(orderID: request.uri.queryParameters["order_id"].map(String.init)) {
                if let call = try await desk.letHappen(step) {
                    happened.append(.document(await call.answerInTurn().body))
                }
            }
            return Response.json(.array(happened))
        }
        router.post("/_sandbox/disputes") { request, _ in
            let form = try await Self.form(request)
            guard let intent = await desk.intent(form["payment_intent"]?.text ?? "") else {
                let error = StripeError.missing(
                    "payment_intent", form["payment_intent"]?.text ?? "", param: "payment_intent")
                return Response.json(error.body, status: .notFound)
            }
            let call = try await desk.dispute(
                intent, reason: form["reason"]?.text ?? "fraudulent", isInquiry: form["inquiry"]?.text == "true",
                dueBy: form["due_by"]?.text.flatMap { Int64($0) })
            return await Self.response(call, request)
        }
        router.post("/_sandbox/disputes/{id}") { request, context in
            guard let status = try await Self.form(request)["result"]?.text.flatMap(Dispute.Status.init),
                status.isFinal || status == .needsResponse
            else {
                let error = StripeError.invalidRequest(
                    code: nil,
                    message: "Send result=won or result=lost; of an inquiry warning_closed or needs_response.",
                    param: "result")
                return Response.json(error.body, status: .badRequest)
            }
            return await Self.response(try await desk.close(context.parameters.get("id") ?? "", as: status), request)
        }
    }

    private static func form(_ request: Request) async throws -> [String: FormValue] {
        (try? FormParser.parse(String(buffer: try await request.body.collect(upTo: 4096)))) ?? [:]
    }

    private static func response(_ call: FinishedCall, _ request: Request) async -> Response {
        let answer = await call.answerInTurn()
        guard answer.status == 200, request.headers[.accept]?.contains("text/html") == true else {
            return .text(answer.body, type: answer.type, status: .init(code: answer.status))
        }
        return Response(status: .seeOther, headers: [.location: "/disputes"])
    }
}
