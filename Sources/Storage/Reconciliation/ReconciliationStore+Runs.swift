package import Domain
package import FoundationEssentials
import Postgres

/// For which time books are compared.
package enum ReconciliationScope: Hashable, Codable, Sendable {
    /// The recent past, and before it whatever has not been compared yet.
    case recent
    /// The last 48 hours, because payments change after they were made.
    case daily
    /// Since a time that an operator names.
    case since(Date)

    /// Whether it comes again by itself.
    package var isRegular: Bool {
        if case .since = self { false } else { true }
    }

    /// As it is stored.
    var name: String {
        switch self {
        case .recent: "recent"
        case .daily: "daily"
        case .since: "manual"
        }
    }
}

/// One comparison of the provider's books with ours.
package struct ReconciliationRun: Hashable, Sendable {
    package typealias ID = Identifier<ReconciliationRun>

    /// What a run came to.
    package struct Tally: Hashable, Sendable {
        /// How many intents were compared.
        package var intents = 0
        /// How many refunds.
        package var refunds = 0
        /// How many differences there were.
        package var found = 0
        /// How many of them were closed.
        package var closed = 0

        package init() {}
    }

    package let id: ID
    /// Everything the provider made since then is compared.
    package let from: Date
    /// Until then, which is when the run began.
    package let until: Date
}

extension ReconciliationStore {
    /// How far a run reaches back over what an earlier one has compared: longer than anything is left alone for being
    /// young, so that what the earlier one left alone, and what fell between two clocks, is in the later one.
    static let overlap: Duration = .seconds(20 * 60)
    /// How far the daily run reaches back, and the first one of all.
    static let daily: Duration = .seconds(48 * 3600)

    /// Begins a run by the database's clock.
    ///
    /// A `recent` one reaches back to where everything has been compared without a gap, so a time without workers
    /// leaves none, and neither does a database that was restored: what it remembers of its runs is as old as itself.
    package func begin(_ scope: ReconciliationScope) async throws -> ReconciliationRun {
        let (overlap, daily) = (Self.overlap.inSeconds, Self.daily.inSeconds)
        let start: SQL =
            switch scope {
            case .recent:
                """
                least(now() - make_interval(secs => \(overlap)),
                      coalesce((SELECT max(covered_until) FROM reconciliation_runs) - make_interval(secs => \(overlap)),
                               now() - make_interval(secs => \(daily))))
                """
            case .daily: "now() - make_interval(secs => \(daily))"
            case .since(let time): "least(\(time)::timestamptz, now())"
            }
        let id = ReconciliationRun.ID()
        let rows = try await database.query(
            """
            INSERT INTO reconciliation_runs (id, scope, from_at, until_at)
                VALUES (\(id), \(scope.name), \(start), now())
            RETURNING from_at, until_at
            """)
        guard let row = rows.first else { throw StorageError.corrupt("a new run returned no row") }
        return ReconciliationRun(id: id, from: try row["from_at"], until: try row["until_at"])
    }

    /// Notes that a run is through.
    package func finish(_ run: ReconciliationRun, _ tally: ReconciliationRun.Tally) async throws {
        try await database.execute(
            """
            UPDATE reconciliation_runs AS r
               SET finished_at = now(), intents = \(tally.intents), refunds = \(tally.refunds), found = \(tally.found),
                   closed = \(tally.closed),
                   covered_until = CASE WHEN r.from_at <= coalesce(before.until,
                       r.until_at - make_interval(secs => \(Self.daily.inSeconds)))
                                        THEN greatest(r.until_at, before.until) ELSE before.until END
              FROM (SELECT max(covered_until) AS until FROM reconciliation_runs) AS before
             WHERE r.id = \(run.id)
            """)
    }

    /// When everything the provider had made until then had been compared; `nil` before the first run.
    package func coveredUntil() async throws -> Date? {
        try await database.query("SELECT max(covered_until) AS until FROM reconciliation_runs").first.flatMap {
            try $0["until"]
        }
    }

    /// Forgets runs older than 30 days, but for what they say about gaps. Returns how many.
    @discardableResult
    package func purgeRuns(batch: Int = 5000) async throws -> Int {
        try await database.purge(
            inBatchesOf: batch,
            """
            DELETE FROM reconciliation_runs
             WHERE id = ANY (ARRAY(SELECT id FROM reconciliation_runs
                                    WHERE started_at < now() - interval '30 days'
                                      AND covered_until IS DISTINCT FROM (SELECT max(covered_until)
                                          FROM reconciliation_runs)
                                    ORDER BY started_at LIMIT \(batch)))
            """)
    }
}
