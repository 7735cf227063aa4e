import Postgres

extension JobLedger {
    /// Marks jobs done whose handlers did not do so in a transaction of their own. Returns those that were still this
    /// attempt's.
    func complete(_ completions: [JobCompletion]) async throws -> Set<JobID> {
        let rows = try await database.query(Self.completing(completions))
        return Set(try rows.map { JobID(rawValue: try $0["id"]) })
    }

    static func completing(_ completions: [JobCompletion]) -> SQL {
        let ids = completions.map(\.jobID.rawValue)
        let epochs = completions.map(\.epoch)
        let claims = Self.batch("unnest(\(ids)::uuid[], \(epochs)::bigint[])", count: ids.count)
        return
            """
            UPDATE jobs
               SET state = 'done', finished_at = now(), process = NULL
              FROM (SELECT job.id
                      FROM (\(claims)) AS claim (id, epoch)
                      JOIN jobs AS job
                        ON job.id = claim.id AND job.epoch = claim.epoch AND \(Self.state(of: "job")) = 'running'
                     ORDER BY job.id
                       FOR NO KEY UPDATE OF job) AS finished
             WHERE jobs.id = finished.id
            RETURNING jobs.id
            """
    }

    /// Records a failed attempt. Returns false when the attempt was stale; then nothing is changed.
    ///
    /// A job whose attempt an operator wanted canceled does not wait again: what would be a retry or a snooze is its
    /// end.
    /// - Throws: `PostgresError`; then nothing was recorded.
    package func record(_ outcome: AttemptOutcome, job: JobID, epoch: Int64) async throws -> Bool {
        let changes: SQL
        switch outcome {
        case .done:
            return try await complete([JobCompletion(jobID: job, epoch: epoch)]).contains(job)
        case .fenced:
            return false
        case .retry(let delay, let error):
            changes =
                "\(Self.waiting(delay, orEndingAs: "\(error.fingerprint)")), errors = errors || \(error.json)::jsonb"
        case .snooze(let delay, let error):
            // The reason of the last snooze stands alone at the end, however often a job snoozes.
            changes = """
                \(Self.waiting(delay, orEndingAs: "\(error.fingerprint)")), attempts = greatest(attempts - 1, 0),
                errors = CASE WHEN errors -> -1 ->> 'code' = 'snoozed' THEN errors - -1 ELSE errors END
                    || \(error.json)::jsonb
                """
        case .dead(let reason, let error):
            changes = """
                state = 'dead', reason = \(reason), fingerprint = \(error.fingerprint), finished_at = now(),
                errors = errors || \(error.json)::jsonb
                """
        case .parked(let reason, let error):
            changes = """
                state = 'parked', reason = \(reason), fingerprint = \(error.fingerprint),
                attempts = greatest(attempts - 1, 0), errors = errors || \(error.json)::jsonb
                """
        }
        return try await database.execute(
            """
            UPDATE jobs SET process = NULL, \(changes)
             WHERE id = \(job) AND epoch = \(epoch) AND \(Self.state()) = 'running'
            """
        ) == 1
    }

    /// Gives started jobs back, no attempt used: a process that shuts down. Stale ones are left alone.
    func release(_ claims: [(id: JobID, epoch: Int64)]) async throws {
        guard !claims.isEmpty else { return }
        let ids = claims.map(\.id.rawValue)
        let epochs = claims.map(\.epoch)
        let batch = Self.batch("unnest(\(ids)::uuid[], \(epochs)::bigint[])", count: ids.count)
        try await database.execute(
            """
            UPDATE jobs
               SET process = NULL, \(Self.waiting(.zero, orEndingAs: "'canceled:' || name")),
                   attempts = greatest(attempts - 1, 0)
              FROM (\(batch)) AS claim (id, epoch)
             WHERE jobs.id = claim.id AND jobs.epoch = claim.epoch AND \(Self.state()) = 'running'
            """)
    }

    /// Back to `ready`, due after `delay`; but dead when its cancellation was asked for.
    private static func waiting(_ delay: Duration, orEndingAs fingerprint: SQL) -> SQL {
        """
        state = CASE WHEN cancel_requested_at IS NULL THEN 'ready' ELSE 'dead' END,
        dispatch_at = now() + \(delay.milliseconds) * interval '1 millisecond',
        reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled' END,
        fingerprint = CASE WHEN cancel_requested_at IS NOT NULL THEN \(fingerprint) END,
        finished_at = CASE WHEN cancel_requested_at IS NOT NULL THEN now() END
        """
    }
}

extension JobLedger {
    /// Running attempts of these processes that an operator wants ended. One index that holds nothing else answers it,
    /// so it may be asked every second. Asked again it names them again, until the attempt's end is recorded; see
    /// ``AttemptOutcome/canceled(_:)``.
    func cancelRequests(processes: [ProcessID]) async throws -> [(id: JobID, epoch: Int64)] {
        try await database.query(
            """
            SELECT id, epoch FROM jobs
             WHERE state = 'running' AND cancel_requested_at IS NOT NULL
               AND process = ANY (\(processes.map(\.rawValue))::text[])
            """
        ).map { (JobID(rawValue: try $0["id"]), try $0["epoch"]) }
    }
}

extension JobLedger {
    /// Writes how far an attempt is; see ``ProgressThrottle`` for how often. Returns false when the attempt is stale;
    /// then nothing is changed.
    func recordProgress(_ progress: JobProgress, job: JobID, epoch: Int64) async throws -> Bool {
        try await database.execute(
            """
            UPDATE jobs
               SET progress = \(progress.fraction), progress_message = \(progress.message), progress_at = now()
             WHERE id = \(job) AND epoch = \(epoch) AND \(Self.state()) = 'running'
            """) == 1
    }
}
