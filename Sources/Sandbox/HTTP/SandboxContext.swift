import Hummingbird
import Logging
import NIOCore

/// What a route knows of its request beyond the request itself: above all the connection, which injected faults close.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection the request came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
