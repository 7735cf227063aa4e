import Domain
import JobQueue
import Resilience

/// What fails while its provider is held to be away uses up no attempt: it fails because of that, and not because of
/// itself.
struct OutageInterceptor: JobInterceptor {
    let gates: [QueueName: RedisCallGate]

    func intercept(_ context: JobContext, next: @Sendable () async throws -> Void) async throws {
        do {
            try await next()
        } catch JobFailure.transient(let message) {
            guard let status = await gates[context.queue]?.circuit(), status.state != .closed else {
                throw JobFailure.transient(message)
            }
            throw JobFailure.snooze(.waitingTurn(status.remaining), message)
        }
    }
}

extension Duration {
    /// How long a job stays away that has to wait so long at least: some of it more, so that those that wait do not all
    /// come back at once.
    static func waitingTurn(_ time: Duration) -> Duration {
        max(.seconds(1), time) + .milliseconds(Int.random(in: 0...2_000))
    }
}
