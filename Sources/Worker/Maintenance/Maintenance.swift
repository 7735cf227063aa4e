import JobQueue
import Logging
import Storage

/// Forgets what has served its time: idempotency keys after 72 hours, sessions that ended, handled events of payments,
/// events of emails and runs of reconciliation after 30 days, declined payments after 7, guests' carts that are
/// not touched for `CART_KEEP_DAYS`.
struct Housekeeping: Job {
    static let name = "maintenance.purge"
    static let queue = ShopQueue.maintenance.name
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(10))
    /// What is left after that waits for the next hour.
    static let timeLimit: Duration = .seconds(20)
}

/// Each purge may be repeated at will.
struct HousekeepingHandler: JobHandler {
    let orders: OrderStore
    let carts: CartStore
    let accounts: AccountStore
    let webhooks: WebhookStore
    let emailEvents: EmailEventStore
    let reconciliations: ReconciliationStore

    func run(_ job: Housekeeping, in context: JobContext) async throws {
        let keys = try await orders.purgeIdempotencyKeys()
        let declines = try await orders.purgeDeclines()
        let carts = try await carts.purgeIdle()
        let sessions = try await accounts.purgeSessions()
        let webhooks = try await webhooks.purgeHandled()
        let events = try await emailEvents.purge()
        let runs = try await reconciliations.purgeRuns()
        context.logger.info(
            "forgot what is old",
            metadata: [
                "idempotency_keys": "\(keys)", "sessions": "\(sessions)", "webhook_events": "\(webhooks)",
                "email_events": "\(events)",
                "reconciliation_runs": "\(runs)", "declines": "\(declines)", "carts": "\(carts)",
            ])
    }
}

/// Drops changed products from the cache. Doing it twice does no harm.
struct InvalidateProductsHandler: JobHandler {
    let cache: ProductCache

    func run(_ job: InvalidateProducts, in context: JobContext) async throws {
        try await cache.invalidate(job.productIDs)
    }
}
