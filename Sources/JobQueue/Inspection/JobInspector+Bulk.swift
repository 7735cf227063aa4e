import Postgres

extension JobInspector {
    /// Retries or discards all dead letters (or parked jobs) that match.
    ///
    /// - Parameters:
    ///   - filter: without a state, of dead letters.
    ///   - cursor: where a change before left off.
    /// - Throws: ``JobInspectionError/notInBulk(_:)`` for a filter of another state,
    ///   ``JobInspectionError/foreignCursor``.
    public func change(
        _ action: BulkAction, matching filter: JobFilter, from cursor: JobCursor? = nil
    ) throws(JobInspectionError) -> BulkChange {
        var filter = filter
        filter.state = filter.state ?? .dead
        guard filter.state == .dead || filter.state == .parked else { throw .notInBulk(filter.state ?? .dead) }
        guard cursor?.belongs(to: filter) ?? true else { throw .foreignCursor }
        return BulkChange(start: cursor) { [filter] cursor, progress in
            let found = try await find(filter, limit: BulkChange.batch, after: cursor, columns: "id") { row in
                try row["id"] as JobID
            }
            let changed = try await changeInLedger(action, found.ledger) + changeInRedis(action, found.redis)
            progress.changed += changed
            progress.left += found.ledger.count + found.redis.count - changed
            progress.nextCursor = found.next
        }
    }

    private func changeInLedger(_ action: BulkAction, _ ids: [JobID]) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        // What has moved on since it was found, or is being changed by somebody else, is left alone.
        let candidates: SQL = """
            SELECT id, queue, state, unique_key FROM jobs
             WHERE id = ANY (\(ids.map(\.rawValue))::uuid[]) AND state IN ('dead', 'parked')
             ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
            """
        switch action {
        case .retry:
            let revived = try await database.transaction { transaction in
                let revived = try Requeue.jobs(in: try transaction.query(Requeue.statement(for: candidates)))
                if !revived.isEmpty { try transaction.note(note(JobChange(after: ["changed": "\(revived.count)"]))) }
                return revived
            }
            await dispatcher.push(revived)
            return revived.count
        case .discard:
            return try await database.transaction { transaction in
                let count = try transaction.execute(
                    """
                    WITH candidate AS MATERIALIZED (
                        \(candidates)
                    )
                    UPDATE jobs SET state = 'discarded', reason = NULL, finished_at = now() FROM candidate WHERE jobs.id = candidate.id
                    """)
                if count > 0 { try transaction.note(note(JobChange(after: ["changed": "\(count)"]))) }
                return count
            }
        }
    }

    private func changeInRedis(_ action: BulkAction, _ jobs: [DeadEphemeral]) async throws -> Int {
        var changed = 0
        for (queue, jobs) in Dictionary(grouping: jobs, by: \.queue) {
            switch action {
            // Oldest first into the list.
            case .retry: changed += try await revive(jobs.reversed(), of: queue).count
            case .discard: changed += try await discard(jobs, of: queue)
            }
        }
        if changed > 0 { try await takeNote(JobChange(after: ["changed": "\(changed)"])) }
        return changed
    }
}
