import Glibc
import Logging
import ServiceLifecycle
import Threading
import UnixSignals

/// Hears SIGTERM and SIGINT beside the service group. The second one ends a graceful shutdown early, by making this
/// service fail, which cancels all others. From the first one on the process has its grace time and no more.
///
/// First in a group, so it is the last to be told of the shutdown and hears signals until all others have ended.
struct ForcedShutdown: Service {
    struct Hurried: Error {}

    /// From the first signal to the end of the process, whatever still hangs.
    let grace: Duration
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var heard = 0
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                heard += 1
                if heard == 1 { startLastCall() }
                if heard == 2 { throw Hurried() }
            }
        }
    }

    /// A server that neither answers nor refuses must not hold the process. What is cut off then is found again as
    /// after any crash. On a thread of its own, because the thing that hangs may have all of Swift's.
    private func startLastCall() {
        let (grace, logger) = (grace, logger)
        _ = OSThread.start(name: "last-call") {
            usleep(UInt32(clamping: grace / .microseconds(1)))
            logger.critical("still running when the grace time was over: ended")
            _exit(70)
        }
    }
}

extension UInt32 {
    fileprivate init(clamping value: Double) {
        self = value >= Double(UInt32.max) ? .max : UInt32(Swift.max(0, value))
    }
}
