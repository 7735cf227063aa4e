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
    /// So many are left as they were: another job holds their unique key, or somebody else was changing them.
    public internal(set) var left = 0
    /// Where to go on; nil when all have been looked at.
    public internal(set) var nextCursor: JobCursor?

    /// Nothing done yet.
    public init() {}
}

/// A change of many dead letters, batch by batch: each step of the sequence carries out one, commits it and tells how
/// far it is. Whoever stops asking has stopped the change.
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
