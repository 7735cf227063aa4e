import Domain
import Foundation
import JobQueue
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Fetches the day's exchange rates and swaps them in as a whole.
struct RefreshRatesHandler: JobHandler {
    let source: any RateSource
    let store: RateStore

    func run(_ job: RefreshRates, in context: JobContext) async throws {
        let current = try await store.current()
        // What one source gave says nothing to another.
        let held = current.flatMap { $0.set.source == source.name ? $0.validators : nil } ?? .unknown
        let fetched: RateFetch
        do {
            fetched = try await source.fetch(ifChangedFrom: held)
        } catch {
            throw JobFailure.transient("\(error)")
        }
        switch fetched {
        case .unchanged:
            try await store.confirmCurrent(completion: context.completion)
        case .set(let set, let validators):
            try Self.checkDate(of: set)
            log(try await store.swapIn(set, validators, completion: context.completion), of: set, context.logger)
        }
    }

    /// A day that is yet to come would keep all sets out until it has come. Somewhere it may be tomorrow already.
    private static func checkDate(of set: RateSet) throws(JobFailure) {
        let tomorrow = CalendarDay(secondsSince1970: Date().unixSeconds + 86_400)
        guard set.date <= tomorrow else {
            throw .transient("\(RateFailure.malformed("they are dated \(set.date), which is yet to come"))")
        }
    }

    private func log(_ swap: RateSwapResult, of set: RateSet, _ logger: Logger) {
        let id = ["date": "\(set.date)", "source": "\(set.source)"] as Logger.Metadata
        switch swap {
        case .swapped: logger.notice("new exchange rates are in use", metadata: id)
        case .unchanged: break
        case .rejectedBefore:
            logger.info("the source repeats exchange rates that an operator turned down", metadata: id)
        case .refusedOlder(let date):
            logger.warning(
                "refused exchange rates older than those in use", metadata: id.merging(["current": "\(date)"]) { $1 })
        case .held(let currencies):
            logger.error(
                "exchange rates moved too far and wait for an operator",
                metadata: id.merging(["currencies": "\(currencies.map(\.code))"]) { $1 })
        }
    }
}

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

/// Shows the age of the exchange rates in every worker's metrics: `rates_age_days`, of which more than four is worth an
/// alert.
struct RateAgeGauge: Service {
    let store: RateStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "read the age of the exchange rates") {
            try await measure()
        }
    }

    /// One look. A shop without any rates shows no age.
    func measure() async throws {
        if let days = try await store.ageDays() { Gauge(label: "rates_age_days", factory: metrics).record(days) }
    }
}
