public import Foundation
import Postgres

/// One page of a list of jobs: those of the ledger, newest first, then dead ones that are in Redis alone, queue by
/// queue, those that died last first.
public struct JobPage: Sendable {
    /// At most as many as were asked for.
    public let items: [JobDetail]
    /// Hand this to the next call to go on; nil at the end.
    public let nextCursor: JobCursor?
    /// The search stopped before the page was full, because it had looked at as many jobs as one call may
    /// (``JobInspector/examined``). There may be more behind ``nextCursor``. Only where a condition is not answered by
    /// an index: a text, say.
    public let isCut: Bool

    /// A page put together from others.
    public init(items: [JobDetail], nextCursor: JobCursor?, isCut: Bool) {
        self.items = items
        self.nextCursor = nextCursor
        self.isCut = isCut
    }
}

/// How far a list has been read. Opaque to clients: they get it with a page and give it back for a list of the same
/// conditions.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    enum Position: Sendable, Hashable {
        /// Go on with jobs of the ledger older than this one.
        case ledger(before: JobID)
        /// Go on with dead jobs in Redis: of this queue those that died before the given one, then of the queues behind
        /// it. Nil: from its beginning.
        case redis(QueueName, before: DeadPlace?)
    }

    /// Where a dead job stands in Redis: its score and its id.
    struct DeadPlace: Sendable, Hashable {
        let diedAt: Int64
        let id: String
    }

    let position: Position
    private let cursor: ListCursor

    init(_ position: Position, of filter: JobFilter) {
        self.position = position
        let values: [ListCursor.Value] =
            switch position {
            case .ledger(let id): [.text(id.description)]
            case .redis(let queue, nil): [.text(queue.rawValue), .number(0)]
            case .redis(let queue, let place?): [.text(queue.rawValue), .number(place.diedAt), .text(place.id)]
            }
        cursor = ListCursor(values, of: filter.list)
    }

    /// Nil when no page gave it out.
    public init?(_ text: String) {
        guard let cursor = try? ListCursor(text) else { return nil }
        let values = cursor.values
        if values.count == 1, case .text(let text) = values[0], let id = JobID(text) {
            position = .ledger(before: id)
        } else if values.count > 1, case .text(let name) = values[0], let queue = QueueName(rawValue: name),
            case .number(let time) = values[1]
        {
            if values.count == 2, time == 0 {
                position = .redis(queue, before: nil)
            } else if values.count == 3, case .text(let id) = values[2], JobID(id) != nil {
                position = .redis(queue, before: DeadPlace(diedAt: time, id: id))
            } else {
                return nil
            }
        } else {
            return nil
        }
        self.cursor = cursor
    }

    /// Whether a page of these conditions gave it out. The time since when jobs are asked for may move with the clock.
    public func belongs(to filter: JobFilter) -> Bool { cursor.belongs(to: filter.list) }

    /// The text that ``init(_:)`` reads.
    public var description: String { cursor.description }
}

extension JobFilter {
    fileprivate var list: ListCursor.List {
        ListCursor.List(
            "jobs", [effectiveState?.rawValue, queue?.rawValue, name, fingerprint, text, hasErrors.map { "\($0)" }])
    }
}

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
    /// Only jobs enqueued at or after this time, by the clock of the process that enqueued them: ids begin with it.
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
