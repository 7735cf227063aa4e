import Domain
import Foundation
import JobQueue
import Logging
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
