import Domain
import JobQueue
import Logging
import Storage

/// Says once a day, over all workers, that the exchange rates are too old.
struct WatchRates: Job {
    static let name = "rates.watch"
    static let queue = ShopQueue.maintenance.name
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(10))
}

/// Only reads; may be repeated at will.
struct WatchRatesHandler: JobHandler {
    let store: RateStore
    let settings: ShopSettings

    func run(_ job: WatchRates, in context: JobContext) async throws {
        let status = try await store.status()
        guard let current = status.current, let days = status.ageDays, let freshness = status.freshness(settings) else {
            context.logger.error("there are no exchange rates yet; other currencies cannot be paid in")
            return
        }
        let facts =
            ["age_days": "\(days)", "date": "\(current.set.date)", "source": "\(current.set.source)"] as Logger.Metadata
        switch freshness {
        case .fresh: break
        case .old: context.logger.error("the exchange rates are old", metadata: facts)
        case .expired:
            context.logger.error("the exchange rates are too old; other currencies cannot be paid in", metadata: facts)
        }
    }
}
