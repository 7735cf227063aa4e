import Hummingbird
import NIOCore

/// What the middleware found out about a request, for the handlers below it.
struct ShopContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Id of this request in logs, answers and problem documents.
    var requestID = ""
    /// Who asks.
    var viewer: Viewer = .anonymous
    /// Address of the other end of the connection, for the audit log.
    let remoteAddress: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress
    }
}
