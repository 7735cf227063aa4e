import Logging

/// Runs the handler of one attempt under its time limit and says how it ended. Touches neither Redis nor the ledger, so
/// that workers and the drivers for tests share it.
struct AttemptRunner: Sendable {
    let registry: JobRegistry
    let interceptors: [any JobInterceptor]
    /// Nil where nobody asks for the progress of jobs.
    let progress: ProgressReporter?
    let logger: Logger

    func run(_ attempt: Attempt, in running: RunningJobs) async -> AttemptResult {
        let began = ContinuousClock.now
        let completion = JobCompletion(jobID: attempt.id, epoch: attempt.epoch)
        func failure(_ code: String, _ message: String) -> AttemptError {
            attempt.error(code: code, message: message, after: ContinuousClock.now - began)
        }
        guard let kind = registry[attempt.name] else {
            let error = failure("unknown_kind", "no worker of this version runs \(attempt.name)")
            return AttemptResult(
                outcome: .parked(reason: "unknown_kind", error), completion: completion, duration: .zero)
        }
        guard attempt.version <= kind.version else {
            let error = failure(
                "newer_version", "the payload has version \(attempt.version); this worker knows \(kind.version)")
            return AttemptResult(
                outcome: .parked(reason: "newer_version", error), completion: completion, duration: .zero)
        }
        let context = attempt.context(retry: kind.retry, completion: completion, progress: progress, logger: logger)
        let ending = await running.supervise(attempt.id, epoch: attempt.epoch, deadline: began + kind.timeLimit) {
            if interceptors.isEmpty {
                try await kind.run(attempt.payload, context)
            } else {
                try await interceptors[...].run(context) { try await kind.run(attempt.payload, context) }
            }
        }
        let duration = ContinuousClock.now - began
        if attempt.isDurable { progress?.end(attempt.epoch) }
        var outcome = AttemptOutcome.done
        // A handler that returned in spite of having been stopped has done its work.
        if let error = ending.error {
            let cause: any Error =
                switch ending.stop {
                case .timeLimit: TimeLimitExceeded(limit: kind.timeLimit)
                case .cancelled: JobCanceled()
                case nil: error
                }
            outcome = AttemptOutcome(error: cause, retry: kind.retry, attempt: attempt.number, describe: failure)
        }
        kind.record(outcome, after: duration)
        return AttemptResult(
            outcome: outcome, completion: completion, duration: duration, wasStopped: ending.stop != nil)
    }
}
