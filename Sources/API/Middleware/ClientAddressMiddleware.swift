import Bootstrap
import Hummingbird

/// Finds out where a request comes from when it comes through a proxy.
struct ClientAddressMiddleware: RouterMiddleware {
    let proxies: TrustedProxies

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        guard let peer = context.clientAddress, proxies.contains(peer) else { return try await next(request, context) }
        var context = context
        context.clientAddress = proxies.client(of: peer, forwarded: request.headers[values: .forwardedFor])
        return try await next(request, context)
    }
}
