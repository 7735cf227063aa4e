/// A connection for commands and their replies.
struct CommandRole: LinkRole {
    enum Message: Sendable {
        case submit(Submission)
        case cancel(UInt64)
    }

    private var queue: CommandQueue<Submission>
    /// Replies of a batch that is not yet complete.
    private var parts: [RedisValue] = []
    /// Sentinels know where to go when this server turns out to be a replica.
    private let followsMaster: Bool

    /// - Parameter holds: see ``CommandQueue``.
    init(_ configuration: RedisConfiguration, holds: Bool) {
        queue = CommandQueue(
            timeout: configuration.commandTimeout, maximumQueued: configuration.maximumQueued, holds: holds, at: .now)
        if case .sentinel = configuration.topology { followsMaster = true } else { followsMaster = false }
    }

    mutating func handle(_ messages: [Message], at now: ContinuousClock.Instant) {
        for message in messages {
            switch message {
            case .submit(let submission):
                let refusal = queue.submit(
                    submission, replies: submission.replies, limit: submission.limit, id: submission.id, at: now)
                if let refusal { submission.fail(refusal) }
            case .cancel(let id):
                if let failure = queue.cancel(id) { end([failure]) }
            }
        }
    }

    mutating func connected(at now: ContinuousClock.Instant) {
        queue.connected(at: now)
    }

    mutating func nextOutgoing(at now: ContinuousClock.Instant) -> [UInt8]? {
        queue.take(at: now)?.bytes
    }

    mutating func received(_ value: RedisValue, at now: ContinuousClock.Instant) throws(RedisError) {
        if followsMaster, case .error(let reply) = value, Self.isOfReplica(reply) {
            queue.leave(RedisError(code: .connectionLost, message: "the server is the master no more: \(reply)"))
        }
        switch try queue.received(at: now) {
        case .part:
            parts.append(value)
        case .complete(let submission):
            switch submission.waiter {
            case .one(let continuation):
                continuation.resume(returning: .success(value))
            case .many(let continuation):
                parts.append(value)
                continuation.resume(returning: .success(parts))
                parts.removeAll()
            case .handler(let handler):
                handler.handle(.success(value))
            }
        }
    }

    mutating func lost(_ error: RedisError, at now: ContinuousClock.Instant) {
        parts.removeAll()
        end(queue.lost(error, at: now))
    }

    mutating func check(at now: ContinuousClock.Instant, isReady: Bool) throws(RedisError) {
        end(queue.expire(at: now))
        if let reason = queue.reasonToDrop(at: now) { throw reason }
    }

    var nextDeadline: ContinuousClock.Instant? { queue.nextDeadline }

    mutating func close() {
        end(queue.close())
    }

    /// Whether only a replica, or a master that has just become one, answers so.
    private static func isOfReplica(_ reply: String) -> Bool {
        ["READONLY", "MASTERDOWN", "UNBLOCKED"].contains { reply.hasPrefix($0) }
    }

    private func end(_ failures: [CommandQueue<Submission>.Failure]) {
        for failure in failures { failure.request.fail(failure.error) }
    }
}
