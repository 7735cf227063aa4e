import Logging
import ServiceLifecycle

/// Ends a service that has not ended some time after it was asked to: a client that sends its body byte by byte must
/// not keep a process alive for ever.
struct BoundedShutdown<Base: Service>: Service {
    let base: Base
    /// From the request to shut down to the end of patience.
    let limit: Duration
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await base.run()
                return true
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: limit)
                return false
            }
            let hasEnded = try await group.next() ?? true
            group.cancelAll()
            guard !hasEnded else { return }
            logger.warning("requests still ran at the end of the grace time; their connections were closed")
            // What a cancelled service throws says nothing new.
            _ = try? await group.next()
        }
    }
}
