import ServiceLifecycle
import UnixSignals

/// Ends a graceful shutdown early: the second SIGTERM or SIGINT makes this service fail, which cancels all others.
///
/// First in a group, so it is the last to be told of the shutdown and hears signals until all others have ended.
struct HurrySignal: Service {
    struct Hurried: Error {}

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var heard = 0
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                heard += 1
                if heard == 2 { throw Hurried() }
            }
        }
    }
}
