import NIOCore

/// What one HTTP/1.1 connection may do before a request is looked at: decides, and does nothing itself.
///
/// The edge takes a request in whole, head and body, before the router hears of it. So slow, broken and oversized
/// requests cost nothing but bounded memory, and a client that hangs up half-way has asked nothing. A refusal is
/// answered after the answers that are under way; then the sending side is closed, and what the client still sends is
/// dropped for a bounded time. A socket that is closed with unread bytes resets the connection, and the client would
/// never see the answer.
struct ConnectionEdge {
    enum Step: Equatable {
        case nothing
        /// Write this answer, then tell ``written(at:)``.
        case answer(Refusal)
        /// Send nothing more, and drop what still comes in.
        case closeOutput
        case close
        /// Go on with the bytes that were held back.
        case resume
    }

    private enum Reading: Equatable {
        case idle
        case head(since: NIODeadline, bytes: Int)
        case body(since: NIODeadline, bytes: Int, limit: Int)
        /// No request is read any more.
        case over
    }

    private let limits: EdgeLimits
    private var reading = Reading.idle
    /// Requests that were passed on and are not answered in full.
    private var answersDue = 0
    /// Answers that are not in the kernel's hands in full.
    private var writesDue = 0
    private var refusal: Refusal?
    /// The client or we said that the answer under way is the last one.
    private var isLastRequest = false
    private var wasRefused = false
    private var wantsClose = false
    private var closesAt: NIODeadline?
    private var outputIsClosed = false
    private var inputEnded = false
    private var droppedBytes = 0

    init(limits: EdgeLimits) { self.limits = limits }

    /// Whether bytes may go on to the parser now. A request waits for the answer to the one before it.
    var takesBytes: Bool {
        switch reading {
        case .idle, .head: answersDue == 0
        case .body, .over: true
        }
    }

    /// Whether bytes belong to a body, of which any amount may be parsed at once.
    var readsBody: Bool { if case .body = reading { true } else { false } }

    /// Whether a head has begun.
    var readsHead: Bool { if case .head = reading { true } else { false } }

    /// Whether no answer stands between us and the client.
    var takesRequestsNow: Bool { answersDue == 0 && refusal == nil }

    /// Whether bytes are dropped unread.
    var isOver: Bool { reading == .over }

    /// Whether the answer that is written now is the last one of the connection.
    var answersLast: Bool { isLastRequest && answersDue <= 1 }

    /// When ``tick(at:)`` has something to decide, unless it changes.
    var deadline: NIODeadline? {
        if let closesAt { return closesAt }
        switch reading {
        case .head(let since, _): return answersDue == 0 ? since + limits.headTime : nil
        case .body(let since, let bytes, _):
            let earned = limits.bodyGrace + .seconds(Int64(bytes / limits.bodyBytesPerSecond))
            return since + min(earned, limits.bodyTime)
        case .idle, .over: return nil
        }
    }

    // MARK: What comes in

    /// Bytes go to the parser next.
    mutating func arrived(bytes: Int, at now: NIODeadline) {
        switch reading {
        case .idle: reading = .head(since: now, bytes: bytes)
        case .head(let since, let before): reading = .head(since: since, bytes: before + bytes)
        case .body, .over: break
        }
    }

    /// The parser has had them.
    mutating func parsed(requestLineIsComplete: Bool, at now: NIODeadline) -> Step {
        guard case .head(_, let bytes) = reading else { return .nothing }
        if !requestLineIsComplete, bytes > limits.targetBytes + 64 {
            return refuse(.targetTooLong(limits.targetBytes), at: now)
        }
        // The request line counts for the address; it is looked at once the head is complete.
        if bytes > limits.headerBytes + limits.targetBytes {
            return refuse(.headersTooLarge(limits.headerBytes), at: now)
        }
        return .nothing
    }

    /// A head that may be answered is complete.
    mutating func headAccepted(bodyLimit: Int, isLast: Bool, at now: NIODeadline) {
        guard reading != .over else { return }
        reading = .body(since: now, bytes: 0, limit: bodyLimit)
        isLastRequest = isLast
    }

    mutating func bodyArrived(bytes: Int, at now: NIODeadline) -> Step {
        guard case .body(let since, let before, let limit) = reading else { return .nothing }
        reading = .body(since: since, bytes: before + bytes, limit: limit)
        return before + bytes > limit ? refuse(.bodyTooLarge(limit), at: now) : .nothing
    }

    /// The request is complete. Whether it is to be passed on.
    mutating func requestEnded() -> Bool {
        guard case .body = reading else { return false }
        answersDue += 1
        reading = isLastRequest ? .over : .idle
        return true
    }

    mutating func inputClosed(at now: NIODeadline) -> Step {
        inputEnded = true
        if outputIsClosed { return .close }
        switch reading {
        case .head, .body: return refuse(.malformed("The request ended before it was complete."), at: now)
        case .idle, .over: return .nothing
        }
    }

    /// Bytes came in that no request is read from.
    mutating func dropped(bytes: Int) -> Step {
        droppedBytes += bytes
        return droppedBytes > limits.droppedBytes ? .close : .nothing
    }

    /// No request is read any more, and the client is told why as soon as the answers before have been given.
    mutating func refuse(_ refusal: Refusal, at now: NIODeadline) -> Step {
        guard reading != .over else { return .nothing }
        reading = .over
        wasRefused = true
        self.refusal = refusal
        return answersDue == 0 ? takeRefusal(at: now) : .nothing
    }

    private mutating func takeRefusal(at now: NIODeadline) -> Step {
        guard let refusal else { return .nothing }
        self.refusal = nil
        writesDue += 1
        wantsClose = true
        closesAt = now + limits.lingerTime
        return .answer(refusal)
    }

    // MARK: What goes out

    /// An answer was handed over in full.
    mutating func answerEnded(at now: NIODeadline) -> Step {
        guard answersDue > 0 else { return .nothing }
        answersDue -= 1
        writesDue += 1
        guard answersDue == 0 else { return .nothing }
        if refusal != nil { return takeRefusal(at: now) }
        if isLastRequest {
            wantsClose = true
            closesAt = now + limits.writeTime
            return .nothing
        }
        // The time in which bytes were held back is not the client's.
        if case .head(_, let bytes) = reading { reading = .head(since: now, bytes: bytes) }
        return .resume
    }

    /// An answer or refusal is in the kernel's hands, or never will be.
    mutating func written(at now: NIODeadline) -> Step {
        writesDue -= 1
        return wantsClose && writesDue == 0 && answersDue == 0 ? leave(at: now) : .nothing
    }

    /// A handler behind the edge closes the connection.
    ///
    /// - Parameter holdsBytes: whether bytes are held back.
    mutating func closeRequested(holdsBytes: Bool, at now: NIODeadline) -> Step {
        guard answersDue == 0 else { return .close }
        guard !outputIsClosed, refusal == nil else { return .nothing }
        if holdsBytes { droppedBytes += 1 }
        wantsClose = true
        guard writesDue == 0 else {
            if reading == .idle { isLastRequest = true } else if reading != .over { droppedBytes += 1 }
            reading = .over
            closesAt = closesAt ?? now + limits.writeTime
            return .nothing
        }
        return leave(at: now)
    }

    /// Closes at once when the client has nothing unread on its way as far as we know.
    private mutating func leave(at now: NIODeadline) -> Step {
        let mayHaveMore =
            switch reading {
            case .idle: droppedBytes > 0
            case .head, .body: true
            case .over: droppedBytes > 0 || wasRefused || !isLastRequest
            }
        reading = .over
        guard mayHaveMore, !inputEnded else { return .close }
        outputIsClosed = true
        closesAt = now + limits.lingerTime
        return .closeOutput
    }

    // MARK: Time

    mutating func tick(at now: NIODeadline) -> Step {
        guard let deadline, deadline <= now else { return .nothing }
        if closesAt != nil { return .close }
        switch reading {
        case .head: return refuse(.headTooSlow, at: now)
        case .body: return refuse(.bodyTooSlow, at: now)
        case .idle, .over: return .nothing
        }
    }
}
