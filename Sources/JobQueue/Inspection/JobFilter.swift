public import Foundation

/// Which jobs of the ledger to list. All conditions must hold; nil means any.
public struct JobFilter: Sendable, Hashable {
    /// Only jobs in this state.
    public var state: JobState?
    /// Only jobs of this queue.
    public var queue: QueueName?
    /// Only jobs of this kind.
    public var name: String?
    /// Only jobs whose payload, id or errors contain this text, in any case.
    public var text: String?
    /// Only jobs created at or after this time.
    public var since: Date?
    /// Only jobs that have failed attempts (true), or only jobs that have none (false). A snooze is recorded like a failure and counts.
    public var hasErrors: Bool?

    /// A filter with the given conditions.
    public init(
        state: JobState? = nil, queue: QueueName? = nil, name: String? = nil, text: String? = nil, since: Date? = nil,
        hasErrors: Bool? = nil
    ) {
        self.state = state
        self.queue = queue
        self.name = name
        self.text = text
        self.since = since
        self.hasErrors = hasErrors
    }
}
