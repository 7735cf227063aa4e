import Bootstrap
import Hummingbird
import NIOCore
import Storage

/// What the middleware found out about a request, for the handlers below it.
struct ShopContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Id of this request in logs, answers and problem documents.
    var requestID = ""
    /// Who asks.
    var viewer: Viewer = .anonymous
    /// Where the request comes from: the other end of the connection, or whom a trusted proxy at that end speaks for.
    /// `nil` only where there is no such address, as on a Unix socket.
    var clientAddress: IPAddress?

    /// The connection it came by.
    let connection: ClientConnection

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = ClientConnection(channel: source.channel)
        clientAddress = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }

    /// The client's address for the audit log.
    var remoteAddress: String? { clientAddress?.description }

    /// Where the request came from, for the audit log.
    var origin: AuditOrigin { AuditOrigin(remoteAddress: remoteAddress, requestID: requestID) }

    /// For whom a password is hashed.
    func hashing(_ purpose: HashingQueue.Purpose) -> HashingClient {
        HashingClient(purpose: purpose, address: address, connection: connection)
    }
}

/// The rest of the chain as a middleware gets it. Hummingbird's protocol is written with closures that run off the
/// caller's actor.
typealias NextHandler = @concurrent (Request, ShopContext) async throws -> Response

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
