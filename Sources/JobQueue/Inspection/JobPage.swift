/// One page of a list of jobs: those of the ledger, newest first, then dead ones that are in Redis alone, queue by queue, those that died last first.
public struct JobPage: Sendable {
    /// The jobs.
    public let items: [JobDetail]
    /// Hand this to the next call to go on; nil at the end.
    public let nextCursor: JobCursor?
    /// The search stopped before the page was full, because it had looked at as many jobs as one call may (``JobInspector/examined``). There may be
    /// more behind ``nextCursor``. Only where a condition is not answered by an index: a text, say.
    public let isCut: Bool

    /// A page put together from others.
    public init(items: [JobDetail], nextCursor: JobCursor?, isCut: Bool) {
        self.items = items
        self.nextCursor = nextCursor
        self.isCut = isCut
    }
}

/// How far a list has been read. Opaque to clients: they get it with a page and give it back.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    enum Position: Sendable, Hashable {
        /// Go on with jobs of the ledger older than this one.
        case ledger(before: JobID)
        /// Go on with dead jobs in Redis: of this queue those that died before the given one, then of the queues behind it. Nil: from its beginning.
        case redis(QueueName, before: DeadPlace?)
    }

    /// Where a dead job stands in Redis: its score and its id.
    struct DeadPlace: Sendable, Hashable {
        let diedAt: Int64
        let id: String
    }

    let position: Position

    init(_ position: Position) { self.position = position }

    /// Nil when no page gave it out.
    public init?(_ text: String) {
        if let id = JobID(text) {
            position = .ledger(before: id)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 4, parts[0] == "redis", let queue = QueueName(rawValue: parts[1]) else { return nil }
        if parts.count == 2 {
            position = .redis(queue, before: nil)
        } else {
            guard let diedAt = Int64(parts[2]), JobID(parts[3]) != nil else { return nil }
            position = .redis(queue, before: DeadPlace(diedAt: diedAt, id: parts[3]))
        }
    }

    /// The text that ``init(_:)`` reads.
    public var description: String {
        switch position {
        case .ledger(let id): id.description
        case .redis(let queue, nil): "redis:\(queue)"
        case .redis(let queue, let place?): "redis:\(queue):\(place.diedAt):\(place.id)"
        }
    }
}
