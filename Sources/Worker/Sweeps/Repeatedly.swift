import Logging
import ServiceLifecycle

/// Runs `body` again and again, `interval` apart, until shutdown begins. A failure is logged and does not end it.
func repeatedly(
    every interval: Duration, log logger: Logger, _ what: String, _ body: @escaping @Sendable () async throws -> Void
) async {
    await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                if Task.isCancelled { return }
                logger.warning("could not \(what)", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)
        }
    }
}
