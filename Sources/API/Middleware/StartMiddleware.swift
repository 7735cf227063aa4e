import Bootstrap
import Hummingbird

/// Until both servers have been found usable, answers 503: a process that could do harm does nothing.
struct StartMiddleware: RouterMiddleware {
    let servers: ServerStatus

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        guard servers.isUsable else { throw Problem.unavailable("service") }
        return try await next(request, context)
    }
}
