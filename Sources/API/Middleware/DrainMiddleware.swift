import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Tells clients not to send another request over a connection once the server goes down. ``ConnectionHandler`` closes it after the answer.
struct DrainMiddleware: RouterMiddleware {
    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        var response = try await next(request, context)
        if Task.isShuttingDownGracefully { response.headers[.connection] = "close" }
        return response
    }
}
