/// How far a long job is, as its handler sees it.
public struct JobProgress: Hashable, Sendable {
    /// Characters of a message that are kept.
    public static let messageLength = 200

    /// From 0 to 1.
    public let fraction: Double
    /// What it is doing, in a few words: `3,000 of 10,000 rows`.
    public let message: String?

    /// A fraction outside 0…1 becomes its nearest bound, one that is no number 0; a message is cut at
    /// ``messageLength``.
    public init(_ fraction: Double, _ message: String? = nil) {
        self.fraction = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        // PostgreSQL's text has no U+0000.
        self.message = message.map { String($0.prefix(Self.messageLength)).replacing("\0", with: "\u{FFFD}") }
    }
}

/// Decides which reports of progress are written: at most one a second, and the last one always.
struct ProgressThrottle: Sendable {
    /// Shortest time between two writes.
    static let interval: Duration = .seconds(1)

    private var lastWrite: ContinuousClock.Instant?
    private var held: JobProgress?

    enum Action: Hashable, Sendable {
        /// Write this now.
        case write(JobProgress)
        /// Ask ``take(at:)`` at that time; until then newer reports replace this one.
        case hold(until: ContinuousClock.Instant)
        /// One is held already, and this one has taken its place.
        case nothing
    }

    /// A handler reports.
    mutating func report(_ progress: JobProgress, at now: ContinuousClock.Instant) -> Action {
        if let lastWrite, now - lastWrite < Self.interval {
            defer { held = progress }
            return held == nil ? .hold(until: lastWrite + Self.interval) : .nothing
        }
        held = nil
        lastWrite = now
        return .write(progress)
    }

    /// What is to be written at `now`, at the time that ``Action/hold(until:)`` named or when the attempt ends; nil
    /// when nothing is held.
    mutating func take(at now: ContinuousClock.Instant) -> JobProgress? {
        guard let progress = held else { return nil }
        held = nil
        lastWrite = now
        return progress
    }
}
