import Postgres

extension JobLedger {
    /// Running attempts of these processes that an operator wants ended. One index that holds nothing else answers it,
    /// so it may be asked every second. Asked again it names them again, until the attempt's end is recorded; see
    /// ``AttemptOutcome/cancelled(_:)``.
    func cancelRequests(processes: [ProcessID]) async throws -> [(id: JobID, epoch: Int64)] {
        try await database.query(
            """
            SELECT id, epoch FROM jobs
             WHERE state = 'running' AND cancel_requested_at IS NOT NULL AND process = ANY (\(processes.map(\.rawValue))::text[])
            """
        ).map { (JobID(rawValue: try $0["id"]), try $0["epoch"]) }
    }
}
