/// What a connection is used for. ``Line`` keeps it connected and moves bytes; the role says which, and learns what
/// came back.
///
/// All of it runs on the link's thread.
protocol LinkRole: Sendable {
    /// What other threads ask of the role.
    associatedtype Message: Sendable

    /// Who is at the other end, for messages.
    static var peer: String { get }

    /// Messages from the mailbox, in order.
    mutating func handle(_ messages: [Message], at now: ContinuousClock.Instant)
    /// The connection is ready for use.
    mutating func connected(at now: ContinuousClock.Instant)
    /// The next bytes to send; nil when there is nothing to say. Asked only while ready.
    mutating func nextOutgoing(at now: ContinuousClock.Instant) -> [UInt8]?
    /// A reply. Throws when it makes no sense; the connection is then dropped.
    mutating func received(_ value: RedisValue, at now: ContinuousClock.Instant) throws(RedisError)
    /// The connection broke, or an attempt at one failed.
    mutating func lost(_ error: RedisError, at now: ContinuousClock.Instant)
    /// Looks at the time. Throws to have the connection dropped.
    mutating func check(at now: ContinuousClock.Instant, isReady: Bool) throws(RedisError)
    /// When ``check(at:isReady:)`` wants to be called next.
    var nextDeadline: ContinuousClock.Instant? { get }
    /// The link ends for good; whoever still waits must be told.
    mutating func close()
}

extension LinkRole {
    static var peer: String { "Redis" }
}
