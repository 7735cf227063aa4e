import Arithmetic
import Foundation
import Redis
import Threading

/// A claimed copy of a job that has a ledger row.
struct DurableClaim: Sendable {
    let envelope: Envelope
    let epoch: Int64
}

extension JobExecutor {
    /// Starts the jobs in the ledger, all in one statement, and runs those that may run.
    func executeDurable(_ batch: [DurableClaim], process: ProcessID, consumer: Consumer) async {
        let requests = batch.map {
            StartRequest(id: $0.envelope.id, epoch: $0.epoch, superseded: $0.envelope.superseded)
        }
        // A database that is away is waited out; nil when this process has to stop first.
        let answer = await persist(consumer: consumer, what: "start jobs") {
            try await self.ledger.start(requests, process: process)
        }
        guard let answer else { return }
        let started = Dictionary(answer.map { ($0.epoch, $0) }, uniquingKeysWith: { first, _ in first })
        var runs: [(claim: DurableClaim, attempt: Attempt)] = []
        runs.reserveCapacity(answer.count)
        for claim in batch {
            guard let job = started[claim.epoch] else {
                // Finished, running elsewhere, not due, or gone: this copy is one too many.
                consumer.finished(claim.epoch, acknowledge: true)
                continue
            }
            if job.isQuarantined {
                JobMetrics.quarantined(consumer.keys.queue)
                consumer.finished(claim.epoch, acknowledge: true)
                continue
            }
            consumer.started(claim.epoch)
            runs.append((claim, Attempt(job, process: process, queue: consumer.keys.queue)))
        }
        await withDiscardingTaskGroup { [runs] group in
            group.addTasks(for: runs) { claim, attempt in
                let ending = await self.runner.run(attempt, in: consumer.running)
                await ending.record {
                    await self.settle(ending, attempt: attempt, envelope: claim.envelope, consumer: consumer)
                }
            }
        }
    }

    private func settle(_ ending: AttemptResult, attempt: Attempt, envelope: Envelope, consumer: Consumer) async {
        let (outcome, completion) = (ending.outcome, ending.completion)
        // Canceled because the process must stop: the claim is kept, and is released or left to the process
        // that recovers it.
        if consumer.isAbandoned || Task.isCancelled, outcome != .done { return }

        let isRecorded: Bool?
        if outcome == .done {
            isRecorded =
                completion.isUsed
                ? true
                : await persist(consumer: consumer, what: "complete a job") {
                    try await self.completions.submit(completion)
                }
        } else {
            isRecorded = await persist(consumer: consumer, what: "record a failure") {
                try await self.ledger.record(outcome, job: attempt.id, epoch: attempt.epoch)
            }
        }
        guard let isRecorded else { return }
        log(isRecorded ? outcome : .fenced, attempt, after: ending.duration)

        var acknowledge = true
        switch outcome {
        case .retry(let delay, _) where isRecorded, .snooze(let delay, _) where isRecorded:
            acknowledge = await !reschedule(envelope, attempt: attempt, by: delay, keys: consumer.keys)
        default: break
        }
        consumer.finished(attempt.epoch, acknowledge: acknowledge)
    }

    /// Moves the claim to the delayed set. When Redis does not answer, the ledger's sweeper pushes the job when it is
    /// due.
    private func reschedule(_ envelope: Envelope, attempt: Attempt, by delay: Duration, keys: QueueKeys) async -> Bool {
        var next = envelope
        next.superseded = []
        next.enqueuedAt = JobDispatcher.milliseconds(Date()).saturatingAdd(delay.milliseconds)
        do {
            return try await redis.evaluate(
                QueueScripts.retry, keys: [keys.claims(attempt.process), keys.delayed, keys.ready],
                arguments: [.init(attempt.epoch), .init(delay.milliseconds), .init(next.encoded())]
            ).int == 1
        } catch {
            return false
        }
    }
}
