import Foundation
public import Postgres
import Redis

/// What operators do with jobs and queues: list, look at, retry, discard, pause. The HTTP API and the CLI both stand on it.
public struct JobInspector: Sendable {
    let database: PostgresPool
    let dispatcher: JobDispatcher

    var ledger: JobLedger { JobLedger(database: database) }

    /// Looks into the ledger of `database` and the lists that `dispatcher` pushes to.
    public init(database: PostgresPool, dispatcher: JobDispatcher) {
        self.database = database
        self.dispatcher = dispatcher
    }

    /// One page of jobs, newest first. The first page of dead letters also holds the dead ephemeral jobs of `filter.queue` (or of all
    /// queues known to the ledger).
    public func list(_ filter: JobFilter, limit: Int, after cursor: JobID? = nil) async throws -> JobPage {
        let limit = min(max(limit, 1), 200)
        let rows = try await database.query(
            """
            SELECT \(raw: Self.columns)
              FROM jobs
             WHERE (\(cursor)::uuid IS NULL OR id < \(cursor)::uuid)
               AND (\(filter.state?.rawValue)::text IS NULL OR state = \(filter.state?.rawValue)::text)
               AND (\(filter.queue?.rawValue)::text IS NULL OR queue = \(filter.queue?.rawValue)::text)
               AND (\(filter.name)::text IS NULL OR name = \(filter.name)::text)
               AND (\(filter.since)::timestamptz IS NULL OR created_at >= \(filter.since)::timestamptz)
               AND (\(filter.hasErrors)::boolean IS NULL OR (errors <> '[]'::jsonb) = \(filter.hasErrors)::boolean)
               AND (\(filter.text)::text IS NULL
                    OR strpos(lower(id::text || payload::text || errors::text), lower(\(filter.text)::text)) > 0)
             ORDER BY id DESC
             LIMIT \(limit + 1)
            """)
        var items = try rows.prefix(limit).map(Self.detail)
        let next = rows.count > limit ? items.last?.id : nil
        if filter.state == .dead && cursor == nil {
            items += try await deadEphemeral(filter, limit: limit - items.count)
        }
        return JobPage(items: items, nextCursor: next)
    }

    /// One job, or nil.
    public func show(_ id: JobID) async throws -> JobDetail? {
        if let row = try await database.query("SELECT \(raw: Self.columns) FROM jobs WHERE id = \(id)").first {
            return try Self.detail(row)
        }
        return try await findEphemeral(id)?.detail
    }

    private static let columns = """
        id, queue, name, state, reason, attempts, crashes, payload::text AS payload, errors::text AS errors, process, created_at,
        dispatch_at, started_at, finished_at, fingerprint, unique_key, progress, progress_message, progress_at, cancel_requested_at
        """

    private static func detail(_ row: PostgresRow) throws -> JobDetail {
        let errors: String = try row["errors"]
        let state: String = try row["state"]
        let fraction: Double? = try row["progress"]
        return JobDetail(
            id: JobID(rawValue: try row["id"]), queue: try row["queue"], name: try row["name"], state: JobState(rawValue: state) ?? .parked,
            reason: try row["reason"], attempts: try row["attempts"], crashes: try row["crashes"], payload: try row["payload"],
            errors: try JSONDecoder().decode([AttemptRecord].self, from: Data(errors.utf8)), process: try row["process"],
            createdAt: try row["created_at"], dispatchAt: try row["dispatch_at"], startedAt: try row["started_at"],
            finishedAt: try row["finished_at"], fingerprint: try row["fingerprint"], uniqueKey: try row["unique_key"],
            progress: try fraction.map { ReportedProgress(fraction: $0, message: try row["progress_message"], at: try row["progress_at"]) },
            cancelRequestedAt: try row["cancel_requested_at"], isDurable: true)
    }
}
