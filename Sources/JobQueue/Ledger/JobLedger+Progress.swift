import Postgres

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
