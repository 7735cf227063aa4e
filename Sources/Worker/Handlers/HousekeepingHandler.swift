import JobQueue
import Logging
import Storage

/// Forgets what has served its time: idempotency keys after 72 hours, handled events after 30 days, sessions that ended.
struct Housekeeping: Job {
    static let name = "housekeeping"
    static let queue: QueueName = "maintenance"
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(10))
    /// What is left after that waits for the next hour.
    static let timeLimit: Duration = .seconds(20)
}

/// Each purge may be repeated at will.
struct HousekeepingHandler: JobHandler {
    let orders: OrderStore
    let accounts: AccountStore
    let webhooks: WebhookStore

    func run(_ job: Housekeeping, in context: JobContext) async throws {
        let keys = try await orders.purgeIdempotencyKeys()
        let sessions = try await accounts.purgeSessions()
        let events = try await webhooks.purgeHandled()
        context.logger.info(
            "forgot what is old", metadata: ["idempotency_keys": "\(keys)", "sessions": "\(sessions)", "webhook_events": "\(events)"])
    }
}
