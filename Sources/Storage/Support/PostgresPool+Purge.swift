import Postgres

extension PostgresPool {
    /// Runs a deletion of at most `size` rows again and again, until it hits fewer, so that none of them holds many
    /// locks for long. Returns how many rows went. What is deleted stays so when a later run fails or the task is
    /// cancelled.
    func purge(inBatchesOf size: Int, _ deletion: SQL) async throws -> Int {
        var total = 0
        while true {
            try Task.checkCancellation()
            let deleted = try await execute(deletion)
            total += deleted
            if deleted < size { return total }
        }
    }
}
