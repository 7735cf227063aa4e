import Foundation
import Postgres

extension JobInspector {
    /// As many jobs as one call looks at where a condition is not answered by an index: some tens of milliseconds'
    /// worth.
    public static let examined = 3_000

    /// One page of jobs: of the ledger, newest first; then, where dead ones are asked for, those that are in Redis
    /// alone.
    ///
    /// - Parameters:
    ///   - filter: which ones.
    ///   - limit: 1 to 200.
    ///   - cursor: of the page before; nil for the first.
    /// - Throws: ``JobInspectionError/foreignCursor``, `PostgresError`, `RedisError`.
    public func list(_ filter: JobFilter, limit: Int, after cursor: JobCursor? = nil) async throws -> JobPage {
        let limit = min(max(limit, 1), 200)
        let found = try await find(
            filter, limit: limit, after: cursor, columns: JobDetail.columns, read: JobDetail.init)
        return JobPage(items: found.ledger + found.redis.map(\.detail), nextCursor: found.next, isCut: found.isCut)
    }

    /// What one step of a search came upon.
    struct Found<Item: Sendable>: Sendable {
        var ledger: [Item] = []
        var redis: [DeadEphemeral] = []
        var next: JobCursor?
        var isCut = false
    }

    /// One step of a search: at most `limit` jobs.
    ///
    /// - Parameters:
    ///   - columns: of a row of the ledger; `id` among them.
    ///   - read: reads them.
    func find<Item: Sendable>(
        _ filter: JobFilter, limit: Int, after cursor: JobCursor?, columns: String, read: (PostgresRow) throws -> Item
    ) async throws -> Found<Item> {
        if let cursor, !cursor.belongs(to: filter) { throw JobInspectionError.foreignCursor }
        var found = Found<Item>()
        var start: JobCursor.Position?
        switch cursor?.position {
        case nil:
            found = try await findInLedger(JobListing(filter, after: nil, limit: limit), columns: columns, read: read)
        case .ledger(let id):
            found = try await findInLedger(JobListing(filter, after: id, limit: limit), columns: columns, read: read)
        case let position: start = position
        }
        if found.next == nil && filter.effectiveState == .dead {
            let page = try await deadEphemeral(filter, limit: limit - found.ledger.count, from: start)
            (found.redis, found.next, found.isCut) = (page.jobs, page.next, page.isCut)
        }
        return found
    }

    private func findInLedger<Item: Sendable>(
        _ listing: JobListing, columns: String, read: (PostgresRow) throws -> Item
    ) async throws -> Found<Item> {
        let page = Query(listing.statement(columns: columns)) { $0.rows }
        let rows = try await database.pipeline(DeadLetterIndex.planning, page).1
        guard let first = rows.first else { return Found() }
        let isAtItsReach = try first["examined"] as Int >= listing.reach
        if case .unfinished = listing.source, isAtItsReach {
            return try await findInLedger(listing.ofHistory, columns: columns, read: read)
        }
        let matching = try rows.filter { try $0["id"] as JobID? != nil }
        var found = Found(ledger: try matching.prefix(listing.limit).map(read))
        if matching.count > listing.limit {
            found.next = JobCursor(.ledger(before: try matching[listing.limit - 1]["id"]), of: listing.filter)
        } else if isAtItsReach {
            found.next = JobCursor(.ledger(before: try first["last_examined"]), of: listing.filter)
            found.isCut = true
        }
        return found
    }
}

/// The statement for one page of the ledger.
///
/// An index gives candidates in the order of the list; conditions that it does not answer are looked at candidate by
/// candidate, and no more than ``JobInspector/examined`` of them, so that no page reads a million rows.
struct JobListing: Sendable {
    /// What gives the candidates.
    enum Source: Sendable {
        /// A partial index of dead or parked jobs.
        case dead(DeadLetterIndex)
        /// The partial index of waiting or of running jobs, in no order that matters: read to its end, or not at all.
        case unfinished(JobState)
        /// All jobs, newest first.
        case history
    }

    let filter: JobFilter
    let cursor: JobID?
    let limit: Int
    let source: Source

    init(_ filter: JobFilter, after cursor: JobID?, limit: Int) {
        self.filter = filter
        self.cursor = cursor
        self.limit = limit
        if let index = DeadLetterIndex(filter) {
            source = .dead(index)
        } else if let state = filter.state, state == .ready || state == .running {
            source = .unfinished(state)
        } else {
            source = .history
        }
    }

    private init(_ listing: JobListing, source: Source) {
        filter = listing.filter
        cursor = listing.cursor
        limit = listing.limit
        self.source = source
    }

    /// The same page from all jobs, newest first: when more are unfinished than one call may look at.
    var ofHistory: JobListing { JobListing(self, source: .history) }

    /// Gives the page, when it is run right behind ``DeadLetterIndex/planning`` in one transaction. Each row has
    /// `examined`, the number of candidates, and `last_examined`, the oldest of them, and `columns` of a job, which are
    /// null in the only row of an empty page.
    func statement(columns: String) -> SQL {
        """
        WITH candidate AS MATERIALIZED (
            \(candidates)
        ), bound AS (
            SELECT count(*) AS examined, (SELECT id FROM candidate ORDER BY id LIMIT 1) AS last_examined
              FROM candidate
        )
        SELECT examined, last_examined, job.*
          FROM bound
          LEFT JOIN (SELECT \(raw: columns) FROM candidate WHERE \(rest)
                      ORDER BY id DESC LIMIT \(limit + 1)) AS job ON true
         ORDER BY job.id DESC
        """
    }

    /// How many candidates at most.
    var reach: Int { conditions.isEmpty ? limit + 1 : JobInspector.examined }

    private var candidates: SQL {
        switch source {
        case .dead(let index):
            return
                """
                SELECT * FROM jobs WHERE \(index.condition(since: filter.since, before: cursor))
                 ORDER BY \(index.order) LIMIT \(reach)
                """
        case .unfinished(let state):
            let queue: SQL = if let queue = filter.queue { "AND queue = \(queue)" } else { "" }
            return """
                SELECT * FROM jobs WHERE state = '\(raw: state.rawValue)' \(queue)
                 ORDER BY queue, \(raw: state == .ready ? "dispatch_at" : "process") LIMIT \(reach)
                """
        case .history:
            return "SELECT * FROM jobs WHERE \(SQL.joined(range, separator: " AND ")) ORDER BY id DESC LIMIT \(reach)"
        }
    }

    private var range: [SQL] {
        let before: SQL = "id <= \(cursor.map(\.rawValue.predecessor) ?? .newest)::uuid"
        return if let since = filter.since { [before, "id >= job_id_floor(\(since)::timestamptz)"] } else { [before] }
    }

    private var rest: SQL { conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND ") }

    /// What the source does not answer.
    private var conditions: [SQL] {
        var answered: String?
        var conditions: [SQL] = []
        switch source {
        case .dead(let index):
            answered = index.answers
        case .unfinished:
            answered = "queue"
            // Always there, so that as many candidates are looked at as one call may.
            conditions += range
        case .history:
            if let state = filter.effectiveState { conditions.append("state = \(state.rawValue)") }
        }
        if let queue = filter.queue, answered != "queue" { conditions.append("queue = \(queue)") }
        if let fingerprint = filter.fingerprint, answered != "fingerprint" {
            conditions.append("fingerprint = \(fingerprint)")
        }
        if let name = filter.name, answered != "name" { conditions.append("name = \(name)") }
        if let hasErrors = filter.hasErrors { conditions.append("(errors <> '[]'::jsonb) = \(hasErrors)") }
        if let text = filter.text {
            conditions.append("strpos(lower(id::text || payload::text || errors::text), lower(\(text)::text)) > 0")
        }
        return conditions
    }
}
