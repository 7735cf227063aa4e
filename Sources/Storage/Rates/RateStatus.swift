package import Domain
package import JobQueue
import Postgres

/// The rates in use and those that wait for an operator, at one moment.
package struct RateStatus: Sendable {
    /// The set in use, `nil` before the first.
    package let current: RateSetRecord?
    /// How old it is in days, by the database's clock.
    package let ageDays: Int?
    /// The sets that moved too far, the latest first.
    package let held: [RateSetRecord]

    /// What the age of the set in use means; `nil` before the first.
    package func freshness(_ settings: ShopSettings) -> RateFreshness? {
        ageDays.map { RateFreshness(days: $0, maximum: settings.maximumRateAgeDays) }
    }

    /// What made a set wait: how far which rates went from those in use.
    package func moves(of held: RateSetRecord) -> [RateMove] {
        current.map { held.set.moves(from: $0.set, moreThanPercent: RateStore.maximumJumpPercent) } ?? []
    }
}

extension RateStore {
    /// The rates in use and those that wait for an operator.
    package func status() async throws -> RateStatus {
        let (current, held, today) = try await database.pipeline(
            RateSetRecord.current, RateSetRecord.held,
            Query.row("SELECT (now() AT TIME ZONE 'UTC')::date AS today") { try $0["today"] as CalendarDay })
        return RateStatus(current: current, ageDays: current.map { today.days(since: $0.set.date) }, held: held)
    }

    /// The age of the set in use in days, by the database's clock; `nil` before the first.
    package func ageDays() async throws -> Int? {
        try await database.query(
            "SELECT (now() AT TIME ZONE 'UTC')::date - date AS age FROM rate_sets WHERE status = 'current'"
        ).first?[
            "age"]
    }
}

/// Asks the rate source for a newer set.
package struct RefreshRates: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "rates.refresh"
    /// Where they wait.
    package static let queue = ShopQueue.maintenance.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 6, from: .seconds(5), to: .minutes(10))

    package init() {}
}
