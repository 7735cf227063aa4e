import Arithmetic
public import Foundation
public import Logging
public import Redis

/// Puts jobs into their Redis lists: durable ones after the commit that created them, ephemeral ones directly.
public final class JobDispatcher: Sendable {
    let redis: RedisClient
    let prefix: String
    private let bounds: [QueueName: Int]
    private let logger: Logger

    /// - Parameters:
    ///   - redis: where the lists are.
    ///   - prefix: begins every key of the queue in Redis.
    ///   - bounds: how many jobs may wait in the Redis list of a queue; nil means any number. Ephemeral jobs beyond it
    ///     are refused, durable ones wait in the ledger.
    ///   - logger: told of pushes that Redis did not take.
    public init(redis: RedisClient, prefix: String = "cw", bounds: [QueueName: Int] = [:], logger: Logger) {
        self.redis = redis
        self.prefix = prefix
        self.bounds = bounds
        self.logger = logger
    }

    /// Pushes durable jobs whose transaction has committed.
    ///
    /// Never throws: the rows are safe in the ledger, and what Redis does not take now the ledger sweeper pushes later.
    /// While Redis is away the first calls wait for it as long as a command may take, later ones return at once.
    public func push(_ jobs: [PendingJob]) async { await push(jobs.map(\.committed)) }

    /// Pushes a batch of durable jobs whose transaction has committed; as above.
    public func push(_ batch: PendingBatch) async { await push(batch.committed) }

    func push(_ jobs: [CommittedJob]) async {
        guard !jobs.isEmpty else { return }
        let now = Self.milliseconds(Date())
        let copies = jobs.map { job in
            Copy(
                queue: job.queue, runAt: job.runAt.map(Self.milliseconds),
                envelope: Envelope(id: job.id, name: job.name, version: job.version, enqueuedAt: now, isDurable: true))
        }
        do {
            try await push(copies)
        } catch {
            logger.warning(
                "the push failed; the ledger sweeper will push these jobs",
                metadata: ["jobs": "\(jobs.count)", "error": "\(error)"])
        }
    }

    package static func milliseconds(_ date: Date) -> Int64 {
        Int64(saturating: (date.timeIntervalSince1970 * 1000).rounded(.up))
    }

    /// One envelope bound for one queue; `runAt` in milliseconds since 1970.
    struct Copy: Sendable {
        let queue: QueueName
        let runAt: Int64?
        let envelope: Envelope
    }

    /// Most envelopes in one LPUSH, so that no command holds up Redis for long.
    static let chunk = 1000

    /// - Throws: ``QueueFull`` where a list has no room for all that is bound for it, `RedisError` when Redis did not
    ///   take it.
    func push(_ copies: [Copy]) async throws {
        // The usual case takes the short way.
        if copies.count == 1, copies[0].runAt == nil {
            return try await push([.init(copies[0].envelope.encoded())], to: copies[0].queue)
        }
        var ready: [QueueName: [RedisArgument]] = [:]
        var delayed: [QueueName: [RedisArgument]] = [:]
        for copy in copies {
            let envelope = RedisArgument(copy.envelope.encoded())
            if let runAt = copy.runAt {
                delayed[copy.queue, default: []] += [.init(runAt), envelope]
            } else {
                ready[copy.queue, default: []].append(envelope)
            }
        }
        for (queue, jobs) in delayed {
            let keys = keys(queue)
            for start in stride(from: 0, to: jobs.count, by: 2 * Self.chunk) {
                _ = try await redis.evaluate(
                    QueueScripts.delay, keys: [keys.delayed, keys.ready],
                    arguments: Array(jobs[start..<min(start + 2 * Self.chunk, jobs.count)]))
            }
        }
        for (queue, envelopes) in ready { try await push(envelopes, to: queue) }
    }

    private func push(_ envelopes: [RedisArgument], to queue: QueueName) async throws {
        let key = keys(queue).ready
        var start = 0
        while start < envelopes.count {
            let end = min(start + Self.chunk, envelopes.count)
            if let bound = bounds[queue] {
                let taken = try await redis.evaluate(
                    QueueScripts.pushBounded, keys: [key], arguments: [.init(bound)] + envelopes[start..<end])
                guard taken.int == 1 else { throw QueueFull(queue: queue, bound: bound) }
            } else {
                _ = try await redis.send(RedisCommand("LPUSH", arguments: [.init(key)] + envelopes[start..<end]))
            }
            start = end
        }
    }

    func keys(_ queue: QueueName) -> QueueKeys { QueueKeys(prefix: prefix, queue: queue) }

    func bound(_ queue: QueueName) -> Int? { bounds[queue] }
}

/// A queue's Redis list holds as many jobs as it may.
public struct QueueFull: Error, Equatable, Sendable, CustomStringConvertible {
    /// The queue that took none of the jobs.
    public let queue: QueueName
    /// How many jobs may wait in it.
    public let bound: Int

    /// A sentence for people.
    public var description: String { "the queue \(queue) is full: \(bound) jobs may wait in it" }
}

/// Ephemeral jobs live in Redis alone and are lost with it: for work that the next tick would do anyway.
extension JobDispatcher {
    /// Enqueues an ephemeral job.
    ///
    /// - Parameters:
    ///   - job: the payload, at most 64 KiB of JSON.
    ///   - runAt: not before this time; nil means at once.
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
    ///
    /// - Throws: ``JobPayloadError``, ``QueueFull``, or `RedisError` when Redis did not take them.
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
