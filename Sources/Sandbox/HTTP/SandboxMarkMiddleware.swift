import HTTPTypes
import Hummingbird

/// Marks every answer as the sandbox's, gives it a `Request-Id` where the route gave none, and answers unknown paths as the provider does.
struct SandboxMarkMiddleware: RouterMiddleware {
    typealias Context = SandboxContext

    func handle(_ request: Request, context: SandboxContext, next: @concurrent (Request, SandboxContext) async throws -> Response)
        async throws
        -> Response
    {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            let message =
                "Unrecognized request URL (\(request.method.rawValue): \(request.uri.path)). This is the Cartwright sandbox; / lists what it knows."
            let refusal =
                error.status == .notFound
                ? StripeError.invalidRequest(status: 404, code: nil, message: message)
                : StripeError.invalidRequest(
                    status: error.status.code, code: nil, message: "The request could not be read: \(error.status.reasonPhrase).")
            response = .json(refusal.body, status: error.status)
        }
        response.headers[.sandbox] = "cartwright"
        if response.headers[.requestID] == nil { response.headers[.requestID] = ProviderID.request() }
        return response
    }
}
