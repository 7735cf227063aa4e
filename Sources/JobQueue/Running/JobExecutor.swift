import Foundation
import Logging
import Postgres
import Redis
import Threading

/// Runs claimed jobs: read → start in the ledger → run the handler → normalise its ending → record → acknowledge.
final class JobExecutor: Sendable {
    private let registry: JobRegistry
    private let ledger: JobLedger
    private let redis: RedisClient
    private let completions: Batcher<JobCompletion, Bool>
    private let logger: Logger

    init(registry: JobRegistry, ledger: JobLedger, redis: RedisClient, logger: Logger) {
        self.registry = registry
        self.ledger = ledger
        self.redis = redis
        self.logger = logger
        self.completions = Batcher(maximumBatch: 200) { completions in
            let done = try await ledger.complete(completions)
            return completions.map { done.contains($0.jobID) }
        }
    }

    /// Runs a batch of claimed jobs side by side and reports each one's end to the consumer that claimed it.
    func execute(_ batch: [ClaimedJob], process: ProcessID, keys: QueueKeys, claims: Consumer) async {
        await withDiscardingTaskGroup { group in
            var durable: [(StartRequest, Envelope)] = []
            for job in batch {
                guard let envelope = job.envelope else {
                    group.addTask { await self.buryMalformed(job, process: process, keys: keys, claims: claims) }
                    continue
                }
                if envelope.isDurable {
                    durable.append((StartRequest(id: envelope.id, epoch: job.epoch, superseded: envelope.superseded), envelope))
                } else {
                    group.addTask {
                        await self.executeEphemeral(envelope, epoch: job.epoch, process: process, keys: keys, claims: claims)
                    }
                }
            }
            guard !durable.isEmpty else { return }
            guard let started = await start(durable.map(\.0), process: process, claims: claims) else { return }
            let byID = Dictionary(started.map { ($0.epoch, $0) }, uniquingKeysWith: { first, _ in first })
            for (request, envelope) in durable {
                guard let job = byID[request.epoch], !job.isQuarantined else {
                    if byID[request.epoch] != nil { JobMetrics.quarantined(keys.queue) }
                    claims.finished(request.epoch, acknowledge: true)
                    continue
                }
                claims.started(request.epoch)
                group.addTask { await self.executeDurable(job, envelope: envelope, process: process, keys: keys, claims: claims) }
            }
        }
    }

    /// Asks the ledger which of the claimed jobs may run; waits out a database that is away. Nil when this process has to stop first.
    private func start(_ requests: [StartRequest], process: ProcessID, claims: Consumer) async -> [StartedJob]? {
        await persist(claims: claims, what: "start jobs") { try await self.ledger.start(requests, process: process) }
    }

    // MARK: Durable

    private func executeDurable(_ job: StartedJob, envelope: Envelope, process: ProcessID, keys: QueueKeys, claims: Consumer) async {
        let began = ContinuousClock.now
        let completion = JobCompletion(jobID: job.id, epoch: job.epoch)
        let attempt = Attempt(
            id: job.id, name: job.name, version: job.version, number: job.attempt, crashes: job.crashes, process: process,
            queue: keys.queue, createdAt: job.createdAt, traceparent: job.traceparent, payload: job.payload)
        let outcome = await run(attempt, completion: completion)
        // Cancelled because the process must stop: the claim stays on the books, and is given back or left to whoever recovers it.
        if claims.isAbandoned || Task.isCancelled, outcome != .done { return }

        let isRecorded: Bool?
        if outcome == .done {
            isRecorded =
                completion.isUsed
                ? true : await persist(claims: claims, what: "complete a job") { try await self.completions.submit(completion) }
        } else {
            isRecorded = await persist(claims: claims, what: "record a failure") {
                try await self.ledger.record(outcome, job: job.id, epoch: job.epoch)
            }
        }
        guard let isRecorded else { return }
        report(isRecorded ? outcome : .fenced, attempt: attempt, after: ContinuousClock.now - began)

        var acknowledge = true
        if isRecorded, case .retry(let delay, _) = outcome {
            acknowledge = await !putOff(envelope, epoch: job.epoch, by: delay, process: process, keys: keys)
        } else if isRecorded, case .snooze(let delay, _) = outcome {
            acknowledge = await !putOff(envelope, epoch: job.epoch, by: delay, process: process, keys: keys)
        }
        claims.finished(job.epoch, acknowledge: acknowledge)
    }

    /// Moves the claim to the delayed set. When Redis does not answer, the ledger's sweeper pushes the job when it is due.
    private func putOff(_ envelope: Envelope, epoch: Int64, by delay: Duration, process: ProcessID, keys: QueueKeys) async -> Bool {
        var next = envelope
        next.superseded = []
        next.enqueuedAt = Int64(Date().timeIntervalSince1970 * 1000) + delay.milliseconds
        do {
            return try await redis.evaluate(
                QueueScripts.retry, keys: [keys.claims(process), keys.delayed, keys.ready],
                arguments: [.init(Int(epoch)), .init(Int(delay.milliseconds)), .init(next.encoded())]
            ).int == 1
        } catch {
            return false
        }
    }

    // MARK: Ephemeral

    private func executeEphemeral(_ envelope: Envelope, epoch: Int64, process: ProcessID, keys: QueueKeys, claims: Consumer) async {
        let began = ContinuousClock.now
        let attempt = Attempt(
            id: envelope.id, name: envelope.name, version: envelope.version, number: envelope.attempts + 1, crashes: envelope.crashes,
            process: process, queue: keys.queue, createdAt: Date(timeIntervalSince1970: Double(envelope.enqueuedAt) / 1000),
            traceparent: nil, payload: envelope.payload)
        let outcome = await run(attempt, completion: JobCompletion(jobID: envelope.id, epoch: epoch))
        if claims.isAbandoned || Task.isCancelled, outcome != .done { return }
        report(outcome, attempt: attempt, after: ContinuousClock.now - began)
        switch outcome {
        case .done, .fenced:
            claims.finished(epoch, acknowledge: true)
        case .retry(let delay, let error):
            var next = envelope
            next.attempts += 1
            next.errors += Array((error.json + "\n").utf8)
            await move(next, epoch: epoch, after: delay, process: process, keys: keys, claims: claims)
        case .snooze(let delay, _):
            await move(envelope, epoch: epoch, after: delay, process: process, keys: keys, claims: claims)
        case .dead(let reason, let error), .parked(let reason, let error):
            var last = envelope
            last.attempts += 1
            last.errors += Array((error.json + "\n").utf8)
            await bury(last.encoded(), id: envelope.id, reason: reason, epoch: epoch, process: process, keys: keys, claims: claims)
        }
    }

    private func move(
        _ envelope: Envelope, epoch: Int64, after delay: Duration, process: ProcessID, keys: QueueKeys, claims: Consumer
    ) async {
        _ = await persist(claims: claims, what: "put a job off") {
            try await self.redis.evaluate(
                QueueScripts.retry, keys: [keys.claims(process), keys.delayed, keys.ready],
                arguments: [.init(Int(epoch)), .init(Int(delay.milliseconds)), .init(envelope.encoded())])
        }
        claims.finished(epoch, acknowledge: false)
    }

    private func buryMalformed(_ job: ClaimedJob, process: ProcessID, keys: QueueKeys, claims: Consumer) async {
        logger.error("a job in Redis can't be read; it goes to the dead letters", metadata: ["epoch": "\(job.epoch)"])
        await bury(job.body, id: .new(), reason: "malformed", epoch: job.epoch, process: process, keys: keys, claims: claims)
    }

    private func bury(
        _ body: [UInt8], id: JobID, reason: String, epoch: Int64, process: ProcessID, keys: QueueKeys, claims: Consumer
    ) async {
        _ = await persist(claims: claims, what: "bury a job") {
            try await self.redis.evaluate(
                QueueScripts.bury, keys: [keys.claims(process), keys.dead, keys.bodies],
                arguments: [.init(Int(epoch)), .init(id.description), .init(Array("\(reason)\n".utf8) + body)])
        }
        claims.finished(epoch, acknowledge: false)
    }

    // MARK: Both

    /// Runs the handler under its time limit and says how it ended. Touches neither Redis nor the ledger.
    private func run(_ attempt: Attempt, completion: JobCompletion) async -> AttemptOutcome {
        let began = ContinuousClock.now
        func failure(_ code: String, _ message: String) -> AttemptError {
            attempt.error(code: code, message: message, after: ContinuousClock.now - began)
        }
        guard let kind = registry[attempt.name] else {
            return .parked(reason: "unknown_kind", failure("unknown_kind", "no worker of this version runs \(attempt.name)"))
        }
        guard attempt.version <= kind.version else {
            return .parked(
                reason: "newer_version",
                failure("newer_version", "the payload has version \(attempt.version); this worker knows \(kind.version)"))
        }
        let context = attempt.context(retry: kind.retry, completion: completion, logger: logger)
        do {
            try await withTimeLimit(kind.timeLimit) { try await kind.run(attempt.payload, context) }
            return .done
        } catch {
            return AttemptOutcome(
                error: error, retry: kind.retry, attempt: attempt.number, describe: failure)
        }
    }

    /// Repeats a recording until it succeeds: an outcome that isn't stored would run the job again. Nil when the process must stop.
    private func persist<Value: Sendable>(
        claims: Consumer, what: String, _ body: () async throws -> Value
    ) async -> Value? {
        var pause: Duration = .milliseconds(50)
        while !claims.isAbandoned, !Task.isCancelled {
            do {
                return try await body()
            } catch {
                logger.warning("could not \(what); trying again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(2))
            }
        }
        return nil
    }

    private func report(_ outcome: AttemptOutcome, attempt: Attempt, after duration: Duration) {
        JobMetrics.finished(outcome, name: attempt.name, queue: attempt.queue, duration: duration)
        var metadata: Logger.Metadata = [
            "job_id": "\(attempt.id)", "job": "\(attempt.name)", "attempt": "\(attempt.number)",
            "duration_ms": "\(duration.milliseconds)", "outcome": "\(outcome.word)",
        ]
        if let error = outcome.error {
            metadata["code"] = "\(error.code)"
            metadata["error"] = "\(error.message.prefix(500))"
        }
        switch outcome {
        case .done: logger.debug("job finished", metadata: metadata)
        case .retry, .snooze, .fenced: logger.notice("job put off", metadata: metadata)
        case .dead, .parked: logger.error("job failed", metadata: metadata)
        }
    }
}
