import Foundation
import Postgres

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

    /// To be run in one transaction; the last one gives the page: each row has `examined`, the number of candidates,
    /// and `last_examined`, the oldest of them, and `columns` of a job, which are null in the only row of an empty
    /// page.
    func statements(columns: String) -> [SQL] {
        [
            DeadLetterIndex.planning,
            """
            WITH candidate AS MATERIALIZED (
                \(candidates)
            ), bound AS (
                SELECT count(*) AS examined, (SELECT id FROM candidate ORDER BY id LIMIT 1) AS last_examined FROM candidate
            )
            SELECT examined, last_examined, job.*
              FROM bound
              LEFT JOIN (SELECT \(raw: columns) FROM candidate WHERE \(rest) ORDER BY id DESC LIMIT \(limit + 1)) AS job ON true
             ORDER BY job.id DESC
            """,
        ]
    }

    /// How many candidates at most.
    var reach: Int { conditions.isEmpty ? limit + 1 : JobInspector.examined }

    private var candidates: SQL {
        switch source {
        case .dead(let index):
            return
                "SELECT * FROM jobs WHERE \(index.condition(since: filter.since, before: cursor)) ORDER BY \(index.order) LIMIT \(reach)"
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
