import Postgres

extension JobInspector {
    /// Retries or discards all dead letters (or parked jobs) that match.
    ///
    /// - Parameters:
    ///   - action: what is done with each.
    ///   - filter: which ones; without a state, of dead letters.
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
        // What has moved on since it was found, or is being changed by another operator, is left alone.
        let candidates: SQL = """
            SELECT id, queue, state, unique_key FROM jobs
             WHERE id = ANY (\(ids.map(\.rawValue))::uuid[]) AND state IN ('dead', 'parked')
             ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
            """
        switch action {
        case .retry:
            let requeued = try await database.transaction { transaction in
                let requeued = try Requeue.jobs(in: try transaction.query(Requeue.statement(for: candidates)))
                if !requeued.isEmpty { try transaction.note(note(JobChange(after: ["changed": "\(requeued.count)"]))) }
                return requeued
            }
            await dispatcher.push(requeued)
            return requeued.count
        case .discard:
            return try await database.transaction { transaction in
                let count = try transaction.execute(
                    """
                    WITH candidate AS MATERIALIZED (
                        \(candidates)
                    )
                    UPDATE jobs SET state = 'discarded', reason = NULL, finished_at = now()
                      FROM candidate WHERE jobs.id = candidate.id
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
            case .retry: changed += try await requeue(jobs.reversed(), of: queue).count
            case .discard: changed += try await discard(jobs, of: queue)
            }
        }
        if changed > 0 { try await takeNote(JobChange(after: ["changed": "\(changed)"])) }
        return changed
    }
}

/// What is done with many dead letters at once.
public enum BulkAction: String, Sendable, Hashable, CaseIterable {
    /// They run again, each under its own id, with all attempts ahead.
    case retry
    /// They are given up.
    case discard
}

/// How far a change of many dead letters is.
public struct BulkProgress: Sendable, Hashable {
    /// So many are changed.
    public internal(set) var changed = 0
    /// So many are left as they were: another job holds their unique key, or another operator was changing them.
    public internal(set) var left = 0
    /// Where to go on; nil when all have been looked at.
    public internal(set) var nextCursor: JobCursor?

    /// Nothing done yet.
    public init() {}
}

/// A change of many dead letters, batch by batch: each step of the sequence carries out one, commits it and tells how
/// far it is. A caller that stops asking has stopped the change.
///
/// A batch is one short transaction of at most ``BulkChange/batch`` jobs and waits for no lock, and after each the
/// change rests for twice the time that it took, so claims and enqueues go on beside it. Jobs are looked at newest
/// first and each of them once: one that dies again meanwhile is not changed again.
public struct BulkChange: AsyncSequence, Sendable {
    /// Most jobs in one transaction.
    public static let batch = 500
    /// How long it rests after a batch, as a multiple of what the batch took: the databases belong to the jobs most of
    /// the time.
    static let rest = 2

    let start: JobCursor?
    let step: @Sendable (JobCursor?, inout BulkProgress) async throws -> Void

    /// Begins the change; nothing happens before the first step.
    public func makeAsyncIterator() -> Iterator { Iterator(cursor: start, step: step) }

    /// Carries out the steps.
    public struct Iterator: AsyncIteratorProtocol {
        private var cursor: JobCursor?
        private var progress = BulkProgress()
        private var isOver = false
        private var rest: Duration = .zero
        private let step: @Sendable (JobCursor?, inout BulkProgress) async throws -> Void

        init(cursor: JobCursor?, step: @escaping @Sendable (JobCursor?, inout BulkProgress) async throws -> Void) {
            self.cursor = cursor
            self.step = step
        }

        /// Changes the next batch; nil when all have been looked at.
        ///
        /// - Throws: `PostgresError`, `RedisError`, or `CancellationError`. What was changed until then stays so.
        public mutating func next() async throws -> BulkProgress? {
            guard !isOver else { return nil }
            try await Task.sleep(for: rest)
            let began = ContinuousClock.now
            try await step(cursor, &progress)
            rest = (ContinuousClock.now - began) * BulkChange.rest
            cursor = progress.nextCursor
            isOver = cursor == nil
            return progress
        }
    }
}
