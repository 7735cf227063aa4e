internal import Arithmetic
import Foundation
public import Logging
public import Redis

/// Puts jobs into their Redis lists: durable ones after the commit that created them, ephemeral ones directly.
public final class JobDispatcher: Sendable {
    let redis: RedisClient
    let prefix: String
    private let bounds: [QueueName: Int]
    private let logger: Logger

    /// - Parameters:
    ///   - prefix: begins every key of the queue in Redis.
    ///   - bounds: how many jobs may wait in the Redis list of a queue; nil means any number. Ephemeral jobs beyond it
    ///     are refused, durable ones wait in the ledger.
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

    static func milliseconds(_ date: Date) -> Int64 {
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
    /// The queue.
    public let queue: QueueName
    /// How many jobs may wait in it.
    public let bound: Int

    /// A sentence for people.
    public var description: String { "the queue \(queue) is full: \(bound) jobs may wait in it" }
}
