import Logging

/// Waits for a server, however long it takes, and says so: at once, and then every half minute.
struct StartupRetry: Sendable {
    /// As in `PostgreSQL`.
    let server: String
    /// The setting that names it.
    let setting: String
    let logger: Logger
    /// Between two attempts.
    var pause: Duration = .milliseconds(500)
    /// Between two lines that say so.
    var silence: Duration = .seconds(30)

    /// Calls `attempt` until it succeeds.
    ///
    /// - Throws: ``StartupError`` of `attempt`, because waiting would not help, and `CancellationError`. Everything
    ///   else is waited out.
    func wait<Value>(for attempt: () async throws -> Value) async throws -> Value {
        var lastSaid: ContinuousClock.Instant?
        while true {
            do {
                let value = try await attempt()
                if lastSaid != nil { logger.notice("\(server) answers") }
                return value
            } catch let error as StartupError {
                throw error
            } catch {
                try Task.checkCancellation()
                if lastSaid.map({ .now - $0 >= silence }) ?? true {
                    lastSaid = .now
                    logger.warning(
                        "waiting for \(server); is it running, and is its address in \(setting) right?",
                        metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: pause)
            }
        }
    }
}
