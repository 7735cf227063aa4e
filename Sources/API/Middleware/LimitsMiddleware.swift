import Hummingbird

/// Refuses addresses and headers that are longer than anybody needs, before they are looked at.
struct LimitsMiddleware: RouterMiddleware {
    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        if (request.head.path ?? "").utf8.count > Limits.targetBytes { throw Problem.uriTooLong }
        let headers = request.headers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
        if headers > Limits.headerBytes { throw Problem.headersTooLarge }
        return try await next(request, context)
    }
}
