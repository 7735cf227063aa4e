public import Foundation

/// Which jobs to list, retry or discard. All conditions must hold; nil means any.
public struct JobFilter: Sendable, Hashable {
    /// Only jobs in this state.
    public var state: JobState?
    /// Only jobs of this queue.
    public var queue: QueueName?
    /// Only jobs of this kind.
    public var name: String?
    /// Only dead letters (or parked jobs, with ``state``) whose last error has this fingerprint.
    public var fingerprint: String?
    /// Only jobs whose payload, id or errors contain this text, in any case.
    public var text: String?
    /// Only jobs enqueued at or after this time, by the clock of whoever enqueued them: ids begin with it.
    public var since: Date?
    /// Only jobs that have failed attempts (true), or only jobs that have none (false). A snooze is recorded like a
    /// failure and counts.
    public var hasErrors: Bool?

    /// A filter with the given conditions.
    public init(
        state: JobState? = nil, queue: QueueName? = nil, name: String? = nil, fingerprint: String? = nil,
        text: String? = nil,
        since: Date? = nil, hasErrors: Bool? = nil
    ) {
        self.state = state
        self.queue = queue
        self.name = name
        self.fingerprint = fingerprint
        self.text = text
        self.since = since
        self.hasErrors = hasErrors
    }

    /// ``state``, or what the other conditions leave open: only dead and parked jobs have a fingerprint, and those that
    /// are parked are asked for.
    var effectiveState: JobState? { state ?? (fingerprint == nil ? nil : .dead) }
}
