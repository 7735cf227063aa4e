import Postgres

extension JobInspector {
    /// Makes a dead, parked or waiting job run at once, with all its attempts ahead of it. It keeps its id, and with it
    /// the idempotency keys of its external calls.
    ///
    /// - Throws: ``JobInspectionError`` when there is no such job, it is running or finished, or another job holds its
    ///   unique key by now.
    public func retry(_ id: JobID) async throws {
        let candidate: SQL = """
            SELECT id, queue, state, unique_key FROM jobs
             WHERE id = \(id) AND state IN ('dead', 'parked', 'ready') FOR NO KEY UPDATE
            """
        let requeued = try await database.transaction { transaction in
            let before: String? = try transaction.query("SELECT state FROM jobs WHERE id = \(id) FOR NO KEY UPDATE")
                .first?["state"]
            let requeued = try Requeue.jobs(in: try transaction.query(Requeue.statement(for: candidate)))
            if !requeued.isEmpty {
                try transaction.note(
                    note(JobChange(before: ["state": before ?? ""], after: ["state": JobState.ready.rawValue])))
            }
            return requeued
        }
        if !requeued.isEmpty { return await dispatcher.push(requeued) }
        if let job = try await findEphemeral(id) {
            let result = try await requeue([job], of: job.queue)
            if result.count == 1 {
                return try await takeNote(
                    JobChange(before: ["state": JobState.dead.rawValue], after: ["state": JobState.ready.rawValue]))
            }
            if let holder = result.holder { throw JobInspectionError.uniqueKeyTaken(id, by: holder) }
        }
        throw try await refusal(id)
    }

    /// Gives up a dead, parked or waiting job. It stays in the ledger as `discarded` until its day is dropped.
    ///
    /// - Throws: ``JobInspectionError`` when there is no such job, or it is running or finished.
    public func discard(_ id: JobID) async throws {
        let discarded = JobState.discarded.rawValue
        let isDone = try await database.transaction { transaction in
            let before: String? = try transaction.query("SELECT state FROM jobs WHERE id = \(id) FOR NO KEY UPDATE")
                .first?["state"]
            let count = try transaction.execute(
                """
                UPDATE jobs
                   SET state = 'discarded', reason = NULL, finished_at = now()
                 WHERE id = \(id) AND state IN ('dead', 'parked', 'ready')
                """)
            guard count == 1 else { return false }
            try transaction.note(note(JobChange(before: ["state": before ?? ""], after: ["state": discarded])))
            return true
        }
        if isDone { return }
        if let job = try await findEphemeral(id), try await discard([job], of: job.queue) == 1 {
            return try await takeNote(JobChange(before: ["state": JobState.dead.rawValue], after: ["state": discarded]))
        }
        throw try await refusal(id)
    }

    /// Ends a job that runs, as soon as its worker process hears of it: within about a second, if its handler heeds the
    /// cancellation of its task.
    /// It becomes a dead letter with the reason `canceled`, unless it finishes before. A job that waits is discarded
    /// instead.
    ///
    /// - Throws: ``JobInspectionError`` when there is no such job in the ledger, or it neither runs nor waits.
    public func cancel(_ id: JobID) async throws -> Cancellation {
        let state: String? = try await database.transaction { transaction in
            let rows = try transaction.query(
                """
                UPDATE jobs
                   SET state = CASE state WHEN 'ready' THEN 'discarded' ELSE state END,
                       finished_at = CASE state WHEN 'ready' THEN now() END,
                       cancel_requested_at = CASE state WHEN 'running' THEN coalesce(cancel_requested_at, now()) END
                 WHERE id = \(id) AND state IN ('ready', 'running')
                RETURNING state
                """)
            guard let state: String = try rows.first?["state"] else { return nil }
            let before = state == JobState.running.rawValue ? state : JobState.ready.rawValue
            try transaction.note(note(JobChange(before: ["state": before], after: ["state": state])))
            return state
        }
        guard let state else {
            guard let job = try await show(id) else { throw JobInspectionError.notFound(id) }
            throw JobInspectionError.notCancelable(id, job.state)
        }
        return state == JobState.running.rawValue ? .requested : .discarded
    }

    /// Why a job could not be changed.
    private func refusal(_ id: JobID) async throws -> JobInspectionError {
        guard let job = try await show(id) else { return .notFound(id) }
        if job.state == .dead, let holder = try await holderOfKey(id) { return .uniqueKeyTaken(id, by: holder) }
        return .wrongState(id, job.state)
    }

    private func holderOfKey(_ id: JobID) async throws -> JobID? {
        let rows = try await database.query(
            """
            SELECT held.job_id
              FROM jobs JOIN job_unique_keys AS held ON held.queue = jobs.queue AND held.key = jobs.unique_key
             WHERE jobs.id = \(id) AND held.job_id <> jobs.id
            """)
        return try rows.first.map { JobID(rawValue: try $0["job_id"]) }
    }
}

/// What a request to cancel a job has led to.
public enum Cancellation: String, Sendable, Hashable {
    /// It waited and will not run any more.
    case discarded
    /// It runs; its worker process ends it.
    case requested
}

/// Brings jobs back to `ready`, with all their attempts ahead of them.
enum Requeue {
    /// Requeues what `candidates` selects (`id`, `queue`, `state` and `unique_key` of rows it has locked) and returns
    /// id, queue, name and version of those requeued. A dead job whose unique key another one has taken meanwhile stays
    /// dead.
    static func statement(for candidates: SQL) -> SQL {
        """
        WITH candidate AS MATERIALIZED (
            \(candidates)
        ), taken AS (
            INSERT INTO job_unique_keys (queue, key, job_id)
            SELECT queue, unique_key, id FROM candidate
             WHERE state = 'dead' AND unique_key IS NOT NULL ORDER BY unique_key
            ON CONFLICT DO NOTHING
            RETURNING job_id
        )
        UPDATE jobs
           SET state = 'ready', reason = NULL, finished_at = NULL, attempts = 0, crashes = 0, dispatch_at = now(),
               fingerprint = NULL, cancel_requested_at = NULL
          FROM candidate
         WHERE jobs.id = candidate.id
           AND (candidate.state <> 'dead' OR candidate.unique_key IS NULL OR candidate.id IN (SELECT job_id FROM taken))
        RETURNING jobs.id, jobs.queue, jobs.name, jobs.version
        """
    }

    /// What ``statement(for:)`` requeued, oldest first.
    static func jobs(in rows: [PostgresRow]) throws -> [CommittedJob] {
        try rows.compactMap { row in
            guard let queue = QueueName(rawValue: try row["queue"]) else { return nil }
            return CommittedJob(
                id: JobID(rawValue: try row["id"]), queue: queue, name: try row["name"], version: try row["version"],
                runAt: nil)
        }.sorted { $0.id.description < $1.id.description }
    }
}
