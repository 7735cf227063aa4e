public import Foundation
public import Logging
public import Redis

/// Puts jobs into their Redis lists: durable ones after the commit that created them, ephemeral ones directly.
public final class JobDispatcher: Sendable {
    let redis: RedisClient
    let prefix: String
    private let logger: Logger

    /// - Parameter prefix: begins every key of the queue in Redis.
    public init(redis: RedisClient, prefix: String = "cw", logger: Logger) {
        self.redis = redis
        self.prefix = prefix
        self.logger = logger
    }

    /// Pushes durable jobs whose transaction has committed.
    ///
    /// Never throws: the rows are safe in the ledger, and what Redis does not take now the ledger sweeper pushes later. While Redis is away
    /// the first calls wait for it as long as a command may take, later ones return at once.
    public func push(_ jobs: [PendingJob]) async { await push(jobs.map(\.committed)) }

    /// Pushes a batch of durable jobs whose transaction has committed; as above.
    public func push(_ batch: PendingBatch) async { await push(batch.committed) }

    func push(_ jobs: [CommittedJob]) async {
        guard !jobs.isEmpty else { return }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let copies = jobs.map { job in
            Copy(
                queue: job.queue,
                runAt: job.runAt.map { Int64(($0.timeIntervalSince1970 * 1000).rounded(.up)) },
                envelope: Envelope(id: job.id, name: job.name, version: job.version, enqueuedAt: now, isDurable: true))
        }
        do {
            try await push(copies)
        } catch {
            logger.warning(
                "the push failed; the ledger sweeper will push these jobs", metadata: ["jobs": "\(jobs.count)", "error": "\(error)"])
        }
    }

    /// Enqueues an ephemeral job: it lives in Redis alone and is lost with it. For work that the next tick would do anyway.
    ///
    /// - Throws: ``JobPayloadError``, or `RedisError` when Redis did not take it.
    @discardableResult
    public func enqueueEphemeral<Kind: Job>(_ job: Kind, runAt: Date? = nil) async throws -> JobID {
        try await enqueueEphemeral([job], runAt: runAt)[0]
    }

    /// Enqueues many ephemeral jobs of one kind in few round trips.
    @discardableResult
    public func enqueueEphemeral<Kind: Job>(_ jobs: [Kind], runAt: Date? = nil) async throws -> [JobID] {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        var ids: [JobID] = []
        var copies: [Copy] = []
        for job in jobs {
            let id = JobID.new()
            ids.append(id)
            copies.append(
                Copy(
                    queue: Kind.queue, runAt: runAt.map { Int64(($0.timeIntervalSince1970 * 1000).rounded(.up)) },
                    envelope: Envelope(
                        id: id, name: Kind.name, version: Kind.version, enqueuedAt: now, isDurable: false,
                        payload: try JobPayload.encode(job))))
        }
        try await push(copies)
        return ids
    }

    /// One envelope bound for one queue; `runAt` in milliseconds since 1970.
    struct Copy {
        let queue: QueueName
        let runAt: Int64?
        let envelope: Envelope
    }

    /// Most envelopes in one LPUSH, so that no command holds up Redis for long.
    private static let chunk = 1000

    func push(_ copies: [Copy]) async throws(RedisError) {
        var ready: [QueueName: [RedisArgument]] = [:]
        for copy in copies {
            if let runAt = copy.runAt {
                let keys = QueueKeys(prefix: prefix, queue: copy.queue)
                _ = try await redis.evaluate(
                    QueueScripts.delay, keys: [keys.delayed, keys.ready], arguments: [.init(Int(runAt)), .init(copy.envelope.encoded())])
            } else {
                ready[copy.queue, default: []].append(.init(copy.envelope.encoded()))
            }
        }
        for (queue, envelopes) in ready {
            let key = QueueKeys(prefix: prefix, queue: queue).ready
            var start = 0
            while start < envelopes.count {
                let end = min(start + Self.chunk, envelopes.count)
                _ = try await redis.send(RedisCommand("LPUSH", arguments: [.init(key)] + envelopes[start..<end]))
                start = end
            }
        }
    }
}
