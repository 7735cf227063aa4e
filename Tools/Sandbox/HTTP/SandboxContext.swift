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

    /// Waits until the caller has hung up, or the task is cancelled.
    func untilClosed() async {
        let (stream, signal) = AsyncStream.makeStream(of: Void.self)
        channel.closeFuture.whenComplete { _ in signal.finish() }
        for await _ in stream {}
    }
}
