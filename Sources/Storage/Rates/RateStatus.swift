package import Domain
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
        let results = try await database.pipeline([
            RateSetRecord.current, RateSetRecord.held, "SELECT (now() AT TIME ZONE 'UTC')::date AS today",
        ])
        let current = try RateSetRecord.all(results[0].rows).first
        let today: CalendarDay? = try results[2].rows.first?["today"]
        return RateStatus(
            current: current, ageDays: current.flatMap { current in today?.days(since: current.set.date) },
            held: try RateSetRecord.all(results[1].rows))
    }

    /// The age of the set in use in days, by the database's clock; `nil` before the first.
    package func ageDays() async throws -> Int? {
        try await database.query(
            "SELECT (now() AT TIME ZONE 'UTC')::date - date AS age FROM rate_sets WHERE status = 'current'"
        ).first?[
            "age"]
    }
}
