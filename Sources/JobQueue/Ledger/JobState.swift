/// States of a job in the ledger.
///
///     ready ──claim──▶ running ──▶ done
///       ▲  ▲               │
///       │  └─retry, snooze─┤
///       │    release       ├──▶ dead ──operator──▶ ready | discarded
///       └──known again── parked
public enum JobState: String, CaseIterable, Codable, Sendable {
    /// Waits for its time and a worker.
    case ready
    /// Claimed and started by a worker process.
    case running
    /// Completed.
    case done
    /// In the dead letters, until an operator retries or discards it.
    case dead
    /// Given up by an operator.
    case discarded
    /// No live worker understood it; runs when one does.
    case parked
}
