import Domain
import JobQueue
import Logging
import Storage

/// Fetches the day's exchange rates and swaps them in as a whole.
struct RefreshRatesHandler: JobHandler {
    let source: any RateSource
    let store: RateStore

    func run(_ job: RefreshRates, in context: JobContext) async throws {
        let current = try await store.current()
        let fetched: RateFetch
        do {
            fetched = try await source.fetch(ifChangedFrom: current?.etag)
        } catch {
            throw JobFailure.transient("\(error)")
        }
        switch fetched {
        case .unchanged:
            try await store.confirmCurrent(completion: context.completion)
        case .set(let set, let etag):
            switch try await store.swapIn(set, etag: etag, completion: context.completion) {
            case .swapped: context.logger.notice("new exchange rates are in use", metadata: ["date": "\(set.date)"])
            case .unchanged: break
            case .refusedOlder(let date):
                context.logger.warning(
                    "refused exchange rates older than those in use", metadata: ["date": "\(set.date)", "current": "\(date)"])
            case .held(let currencies):
                context.logger.error(
                    "exchange rates moved too far and wait for an operator", metadata: ["currencies": "\(currencies.map(\.code))"])
            }
        }
    }
}
