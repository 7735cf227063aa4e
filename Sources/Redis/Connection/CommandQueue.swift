import DequeModule

/// Decides what happens to commands around an unreliable connection: which may go out, which reply belongs to whom,
/// what fails when the connection breaks, and when silence means that it is dead. Does no I/O and holds no clock.
///
/// - Commands wait in order until there is a connection, at most `timeout` long, and survive any number of reconnects
///   meanwhile.
/// - Commands handed to the socket are failed when the connection breaks, as possibly executed; only their sender knows
///   whether another try is harmless.
/// - When replies are due and none comes for the oldest command's limit, the connection is half-open: the peer is gone
///   but its FIN never came. The measure is silence, not the age of one command, so a long queue of replies that keeps
///   moving is not cut.
/// - Once there has been no connection for `timeout`, new commands fail at once.
/// - A queue that does not hold commands back (`holds: false`) returns them as soon as an attempt at a connection
///   fails, and takes none until there is one: their sender knows other servers.
struct CommandQueue<Request> {
    typealias Instant = ContinuousClock.Instant

    struct Entry {
        let request: Request
        /// For ``cancel(_:)``; 0 for commands that are never canceled.
        let id: UInt64
        var repliesDue: Int
        /// How long the server may take.
        let limit: Duration
        /// When it was queued, later: when it was sent.
        var since: Instant
    }

    /// A request that ends here and why.
    struct Failure {
        let request: Request
        let error: RedisError
    }

    enum Receipt {
        /// One of several replies of the oldest request.
        case part
        /// The last reply of this request.
        case complete(Request)
    }

    private var queued: Deque<Entry> = []
    private var inFlight: Deque<Entry> = []
    private var isConnected = false
    private var downSince: Instant
    private var lastFailure: RedisError?
    private var lastReply: Instant
    private var mustDrop = false
    /// Why the connection is given up once the replies that are due have come.
    private var leaving: RedisError?
    private let timeout: Duration
    private let maximumQueued: Int
    private let holds: Bool

    init(timeout: Duration, maximumQueued: Int, holds: Bool = true, at now: Instant) {
        self.timeout = timeout
        self.maximumQueued = maximumQueued
        self.holds = holds
        downSince = now
        lastReply = now
    }

    /// Takes a request in, or says why not.
    /// - Parameter limit: how long the server may take; nil for the queue's timeout.
    mutating func submit(_ request: Request, replies: Int = 1, limit: Duration? = nil, id: UInt64 = 0, at now: Instant)
        -> RedisError?
    {
        if !isConnected && (now - downSince >= timeout || !holds && lastFailure != nil) { return notConnected }
        guard queued.count < maximumQueued else {
            return RedisError(code: .overloaded, message: "\(queued.count) commands already wait to be sent to Redis")
        }
        queued.append(Entry(request: request, id: id, repliesDue: replies, limit: limit ?? timeout, since: now))
        return nil
    }

    /// There is a connection again.
    mutating func connected(at now: Instant) {
        isConnected = true
        mustDrop = false
        leaving = nil
        lastReply = now
        lastFailure = nil
    }

    /// The next request to hand to the socket; from here on its fate is uncertain until its reply comes.
    mutating func take(at now: Instant) -> Request? {
        guard isConnected, !mustDrop, leaving == nil, var entry = queued.popFirst() else { return nil }
        entry.since = now
        inFlight.append(entry)
        return entry.request
    }

    /// A reply came. Throws when none was due.
    mutating func received(at now: Instant) throws(RedisError) -> Receipt {
        guard !inFlight.isEmpty else {
            throw RedisError(code: .protocolViolation, message: "Redis sent a reply to no command")
        }
        lastReply = now
        guard inFlight[0].repliesDue == 1 else {
            inFlight[0].repliesDue -= 1
            return .part
        }
        return .complete(inFlight.removeFirst().request)
    }

    /// The connection broke, or another attempt at one failed.
    mutating func lost(_ error: RedisError, at now: Instant) -> [Failure] {
        if isConnected { downSince = now }
        isConnected = false
        mustDrop = false
        leaving = nil
        lastFailure = error
        var failures = inFlight.map { Failure(request: $0.request, error: error.maybeExecuted(true)) }
        inFlight.removeAll()
        if !holds {
            failures += queued.map { Failure(request: $0.request, error: notConnected) }
            queued.removeAll()
        }
        return failures
    }

    /// The server is not the right one any more: nothing more goes out, and when all replies that are due have come the
    /// connection is dropped.
    mutating func leave(_ reason: RedisError) {
        leaving = reason
    }

    /// Fails requests that have waited too long to be sent.
    mutating func expire(at now: Instant) -> [Failure] {
        var failures: [Failure] = []
        while let first = queued.first, first.since + timeout <= now {
            failures.append(Failure(request: queued.removeFirst().request, error: isConnected ? notSent : notConnected))
        }
        return failures
    }

    /// Why the present connection must be given up, if it must.
    func reasonToDrop(at now: Instant) -> RedisError? {
        if mustDrop {
            return RedisError(
                code: .connectionLost, message: "the connection was dropped to cancel the command before this one")
        }
        if let leaving, inFlight.isEmpty { return leaving }
        guard let overdue = replyDeadline, overdue <= now, let first = inFlight.first else { return nil }
        return RedisError(code: .timeout, message: "Redis sent no reply within \(first.limit)")
    }

    /// Ends one request early. If it was already sent, the connection must be dropped, because its reply can no longer
    /// be told from the next.
    mutating func cancel(_ id: UInt64) -> Failure? {
        let error = RedisError(code: .canceled, message: "the task was canceled")
        if let index = queued.firstIndex(where: { $0.id == id }) {
            return Failure(request: queued.remove(at: index).request, error: error)
        }
        if let index = inFlight.firstIndex(where: { $0.id == id }) {
            mustDrop = true
            return Failure(request: inFlight.remove(at: index).request, error: error.maybeExecuted(true))
        }
        return nil
    }

    /// No more connections: everything ends.
    mutating func close() -> [Failure] {
        let error = Self.closed
        let failures =
            inFlight.map { Failure(request: $0.request, error: error.maybeExecuted(true)) }
            + queued.map { Failure(request: $0.request, error: error) }
        inFlight.removeAll()
        queued.removeAll()
        return failures
    }

    /// When ``expire(at:)`` or ``reasonToDrop(at:)`` has something to say next.
    var nextDeadline: Instant? {
        let expiry = queued.first.map { $0.since + timeout }
        guard let expiry, let replyDeadline else { return expiry ?? replyDeadline }
        return min(expiry, replyDeadline)
    }

    private var replyDeadline: Instant? {
        inFlight.first.map { max($0.since, lastReply) + $0.limit }
    }

    private var notConnected: RedisError {
        RedisError(
            code: lastFailure?.code == .refused ? .refused : .connectFailed,
            message: lastFailure.map { "not connected: \($0.message)" } ?? "no connection to Redis within \(timeout)")
    }

    private var notSent: RedisError {
        RedisError(code: .timeout, message: "the command waited \(timeout) to be sent")
    }

    static var closed: RedisError { RedisError(code: .closed, message: "the Redis connection was closed") }
}

extension CommandQueue: Sendable where Request: Sendable {}
extension CommandQueue.Entry: Sendable where Request: Sendable {}
