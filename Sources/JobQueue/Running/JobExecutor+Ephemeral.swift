import Logging
import Redis

/// Jobs that live in Redis alone: their copy there carries payload, attempts and errors.
extension JobExecutor {
    func executeEphemeral(_ attempt: Attempt, envelope: Envelope, consumer: Consumer) async {
        if envelope.uniqueKey.hasPrefix(UniqueKey.untilStartedMark) {
            // Before the handler looks at anything, so that whoever enqueues from here on gets a run of their own.
            let isFree: Void? = await persist(consumer: consumer, what: "free a unique key") {
                _ = try await self.redis.evaluate(
                    QueueScripts.freeUnique, keys: [consumer.keys.unique],
                    arguments: [.init(envelope.uniqueKey), .init(envelope.id.description)])
            }
            guard isFree != nil else { return }
        }
        await runner.run(attempt, in: consumer.running) { outcome, _, duration in
            await self.settle(outcome, attempt: attempt, envelope: envelope, after: duration, consumer: consumer)
        }
    }

    private func settle(
        _ outcome: AttemptOutcome, attempt: Attempt, envelope: Envelope, after duration: Duration, consumer: Consumer
    ) async {
        if consumer.isAbandoned || Task.isCancelled, outcome != .done { return }
        log(outcome, attempt, after: duration)
        switch outcome {
        case .done, .fenced:
            consumer.finished(attempt.epoch, acknowledge: true)
        case .retry(let delay, let error):
            await move(envelope.failed(error), attempt: attempt, after: delay, consumer: consumer)
        case .snooze(let delay, _):
            await move(envelope, attempt: attempt, after: delay, consumer: consumer)
        case .dead(let reason, let error), .parked(let reason, let error):
            let last = envelope.failed(error)
            await bury(
                last.encoded(), id: envelope.id, reason: reason, uniqueKey: envelope.uniqueKey, epoch: attempt.epoch,
                process: attempt.process,
                consumer: consumer)
        }
    }

    private func move(_ envelope: Envelope, attempt: Attempt, after delay: Duration, consumer: Consumer) async {
        let keys = consumer.keys
        _ = await persist(consumer: consumer, what: "put a job off") {
            try await self.redis.evaluate(
                QueueScripts.retry, keys: [keys.claims(attempt.process), keys.delayed, keys.ready],
                arguments: [.init(attempt.epoch), .init(delay.milliseconds), .init(envelope.encoded())])
        }
        consumer.finished(attempt.epoch, acknowledge: false)
    }

    func buryMalformed(_ job: ClaimedJob, process: ProcessID, consumer: Consumer) async {
        logger.error("a job in Redis can't be read; it goes to the dead letters", metadata: ["epoch": "\(job.epoch)"])
        await bury(job.body, id: .new(), reason: "malformed", uniqueKey: "", epoch: job.epoch, process: process, consumer: consumer)
    }

    private func bury(
        _ body: [UInt8], id: JobID, reason: String, uniqueKey: String, epoch: Int64, process: ProcessID, consumer: Consumer
    ) async {
        let keys = consumer.keys
        _ = await persist(consumer: consumer, what: "bury a job") {
            try await self.redis.evaluate(
                QueueScripts.bury, keys: [keys.claims(process), keys.dead, keys.bodies, keys.unique],
                arguments: [.init(epoch), .init(id.description), .init(Array("\(reason)\n".utf8) + body), .init(uniqueKey)])
        }
        consumer.finished(epoch, acknowledge: false)
    }
}

extension Envelope {
    /// The copy after another failed attempt.
    fileprivate func failed(_ error: AttemptError) -> Envelope {
        var next = self
        next.attempts += 1
        next.errors += Array((error.json + "\n").utf8)
        return next
    }
}
