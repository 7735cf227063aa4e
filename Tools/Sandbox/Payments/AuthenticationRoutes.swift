import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// The customer's bank, in place of 3-D Secure: a page with two buttons for people, the same call for tests.
///
/// `POST /_sandbox/authenticate/{intent}` with the form field `result=success` (or `failure`) ends the authentication;
/// with `Accept: application/json` the answer is the intent as the provider would show it.
struct AuthenticationRoutes: Sendable {
    let desk: PaymentService

    func add(to router: Router<SandboxContext>) {
        router.get("/_sandbox/authenticate/{id}") { _, context in
            guard let intent = await desk.intent(context.parameters.get("id") ?? "") else {
                return Response.page(Page.notFound("There is no such payment."), status: .notFound)
            }
            return Response.page(AuthenticationPage.html(of: intent))
        }
        router.post("/_sandbox/authenticate/{id}") { request, context in
            try await finish(request, id: context.parameters.get("id") ?? "")
        }
    }

    private func finish(_ request: Request, id: String) async throws -> Response {
        let body = String(buffer: try await request.body.collect(upTo: 4096))
        let result = (try? FormParser.parse(body))?["result"]?.text
        guard result == "success" || result == "failure" else {
            let error = StripeError.invalidRequest(
                code: nil, message: "Send result=success or result=failure.", param: "result")
            return .json(error.body, status: .badRequest)
        }
        let call = try await desk.finishAuthentication(
            of: id, passed: result == "success", requestID: ProviderID.request())
        let answer = await call.answerInTurn()
        guard request.headers[.accept]?.contains("text/html") == true, let intent = await desk.intent(id) else {
            return .text(answer.body, type: "application/json", status: .init(code: answer.status))
        }
        if let returnURL = intent.returnURL, returnURL.hasPrefix("http://") || returnURL.hasPrefix("https://") {
            return Response(status: .seeOther, headers: [.location: returnURL])
        }
        return .page(AuthenticationPage.html(of: intent))
    }
}

/// The page on which a customer authenticates a payment, in place of their bank's.
enum AuthenticationPage {
    static func html(of intent: PaymentIntent) -> String {
        let amount = Page.escape(Amount.text(intent.amount, intent.currency))
        guard intent.status == .requiresAction else {
            return Page.html(
                "Authentication",
                "<p>The payment of \(amount) has the status <strong>\(intent.status.rawValue)</strong>.</p>")
        }
        return Page.html(
            "Authentication",
            """
            <p>A bank would now ask you whether you want to pay <strong>\(amount)</strong>.</p>
            <form method="post" action="/_sandbox/authenticate/\(Page.escape(intent.id))">
            <button name="result" value="success">Pay</button>
            <button name="result" value="failure">Refuse</button>
            </form>
            """)
    }
}
