import Logging
import Redis

/// Jobs that live in Redis alone: their copy there carries payload, attempts and errors.
extension JobExecutor {
    func executeEphemeral(_ job: ClaimedJob, process: ProcessID, consumer: Consumer) async {
        guard let envelope = job.envelope else { return await buryMalformed(job, process: process, consumer: consumer) }
        if envelope.uniqueKey.hasPrefix(UniqueKey.untilStartedMark) {
            // Before the handler looks at anything, so that what is enqueued from here on gets a run of its own.
            let isFree: Void? = await persist(consumer: consumer, what: "free a unique key") {
                _ = try await self.redis.evaluate(
                    QueueScripts.freeUnique, keys: [consumer.keys.unique],
                    arguments: [.init(envelope.uniqueKey), .init(envelope.id.description)])
            }
            guard isFree != nil else { return }
        }
        let attempt = Attempt(envelope, epoch: job.epoch, process: process, queue: consumer.keys.queue)
        let ending = await runner.run(attempt, in: consumer.running)
        if case .done = ending.outcome {
            // The usual end, and nothing to wait for.
            log(.done, attempt, after: ending.duration)
            consumer.finished(job.epoch, acknowledge: true)
        } else {
            await ending.record { await self.settle(ending, attempt: attempt, envelope: envelope, consumer: consumer) }
        }
    }

    private func settle(_ ending: AttemptResult, attempt: Attempt, envelope: Envelope, consumer: Consumer) async {
        if consumer.isAbandoned || Task.isCancelled { return }
        log(ending.outcome, attempt, after: ending.duration)
        switch ending.outcome {
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
                process: attempt.process, consumer: consumer)
        }
    }

    private func move(_ envelope: Envelope, attempt: Attempt, after delay: Duration, consumer: Consumer) async {
        let keys = consumer.keys
        _ = await persist(consumer: consumer, what: "reschedule a job") {
            try await self.redis.evaluate(
                QueueScripts.retry, keys: [keys.claims(attempt.process), keys.delayed, keys.ready],
                arguments: [.init(attempt.epoch), .init(delay.milliseconds), .init(envelope.encoded())])
        }
        consumer.finished(attempt.epoch, acknowledge: false)
    }

    private func buryMalformed(_ job: ClaimedJob, process: ProcessID, consumer: Consumer) async {
        logger.error("a job in Redis can't be read; it goes to the dead letters", metadata: ["epoch": "\(job.epoch)"])
        await bury(
            job.body, id: .new(), reason: "malformed", uniqueKey: "", epoch: job.epoch, process: process,
            consumer: consumer)
    }

    private func bury(
        _ body: [UInt8], id: JobID, reason: String, uniqueKey: String, epoch: Int64, process: ProcessID,
        consumer: Consumer
    ) async {
        let keys = consumer.keys
        _ = await persist(consumer: consumer, what: "bury a job") {
            try await self.redis.evaluate(
                QueueScripts.bury, keys: [keys.claims(process), keys.dead, keys.bodies, keys.unique],
                arguments: [
                    .init(epoch), .init(id.description), .init(Array("\(reason)\n".utf8) + body), .init(uniqueKey),
                ])
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
