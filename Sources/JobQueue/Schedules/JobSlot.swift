public import Foundation

/// One fire time of a schedule, for which one job is enqueued.
public struct JobSlot: Sendable, Hashable {
    /// The schedule's name.
    public let schedule: String
    /// The time for which the job is enqueued; it may start later. A payload that must know its day or hour takes it
    /// from here.
    public let time: Date
}
