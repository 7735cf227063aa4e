public import Foundation
import Redis

/// Ephemeral jobs live in Redis alone and are lost with it: for work that the next tick would do anyway.
extension JobDispatcher {
    /// Enqueues an ephemeral job.
    ///
    /// - Parameter runAt: not before this time; nil means at once.
    /// - Throws: ``JobPayloadError``, ``QueueFull``, or `RedisError` when Redis did not take it.
    @discardableResult
    public func enqueueEphemeral<Kind: Job>(_ job: Kind, runAt: Date? = nil) async throws -> JobID {
        let copy = try copy(of: job, runAt: runAt, now: Self.milliseconds(Date()))
        try await push([copy])
        return copy.envelope.id
    }

    /// Enqueues many ephemeral jobs of one kind in few round trips. When it throws, some of them may have been
    /// enqueued.
    ///
    /// The more jobs it is given at a time the faster it is: it encodes some while Redis takes those before them.
    @discardableResult
    public func enqueueEphemeral<Kind: Job>(_ jobs: [Kind], runAt: Date? = nil) async throws -> [JobID] {
        let now = Self.milliseconds(Date())
        var ids: [JobID] = []
        ids.reserveCapacity(jobs.count)
        return try await withThrowingTaskGroup(of: Void.self) { pushes in
            var underWay = 0
            for start in stride(from: 0, to: jobs.count, by: Self.chunk) {
                let copies = try jobs[start..<min(start + Self.chunk, jobs.count)].map {
                    try copy(of: $0, runAt: runAt, now: now)
                }
                for copy in copies { ids.append(copy.envelope.id) }
                if underWay == 2 {
                    try await pushes.next()
                    underWay -= 1
                }
                // An immediate task has its command on the way to Redis before the next one begins: first come, first
                // served.
                pushes.addImmediateTask { try await self.push(copies) }
                underWay += 1
            }
            try await pushes.waitForAll()
            return ids
        }
    }

    /// Enqueues an ephemeral job unless another one of its queue holds the key.
    ///
    /// - Returns: the id of the holder: the new job's, or that of the one which waits (or runs) already.
    /// - Throws: ``JobPayloadError``, ``QueueFull``, or `RedisError` when Redis did not take it.
    public func enqueueEphemeral<Kind: Job>(_ job: Kind, unique: UniqueKey, runAt: Date? = nil) async throws
        -> EphemeralEnqueuing
    {
        let copy = try copy(of: job, runAt: runAt, uniqueKey: unique.mark, now: Self.milliseconds(Date()))
        let keys = keys(Kind.queue)
        let id = copy.envelope.id.description
        let holder = try await redis.evaluate(
            QueueScripts.pushUnique, keys: [keys.ready, keys.delayed, keys.unique],
            arguments: [
                .init(unique.mark), .init(id), .init(copy.envelope.encoded()), .init(copy.runAt.map(String.init) ?? ""),
                .init(bound(Kind.queue).map(String.init) ?? ""),
            ])
        if holder.int == 0 { throw QueueFull(queue: Kind.queue, bound: bound(Kind.queue) ?? 0) }
        guard let holder = holder.text.flatMap({ JobID($0) }) else {
            throw RedisError(code: .protocolViolation, message: "the script pushUnique answered in an unknown form")
        }
        return EphemeralEnqueuing(id: holder, isNew: holder == copy.envelope.id)
    }

    private func copy<Kind: Job>(of job: Kind, runAt: Date?, uniqueKey: String = "", now: Int64) throws(JobPayloadError)
        -> Copy
    {
        Copy(
            queue: Kind.queue, runAt: runAt.map(Self.milliseconds),
            envelope: Envelope(
                id: .new(), name: Kind.name, version: Kind.version, enqueuedAt: now, isDurable: false,
                payload: try JobPayload.encode(job)[...],
                uniqueKey: uniqueKey))
    }
}

/// What became of an ephemeral job with a unique key.
public struct EphemeralEnqueuing: Sendable, Hashable {
    /// The job that holds the key.
    public let id: JobID
    /// Whether that is the one just enqueued.
    public let isNew: Bool
}

extension UniqueKey {
    /// How keys that count only until the job starts begin, in envelopes and in Redis.
    static let untilStartedMark = "s:"

    /// The key as it stands in envelopes and in Redis.
    var mark: String { (until == .started ? Self.untilStartedMark : "f:") + key }
}
