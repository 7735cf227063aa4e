import Metrics
import Synchronization

/// A registered kind: how its jobs are run, and what is the same for all of them.
final class JobKind: Sendable {
    let name: String
    let queue: QueueName
    let retry: RetryPolicy
    let timeLimit: Duration
    let version: Int
    /// Decodes the payload and runs the handler, after verifying where the kind wants it.
    let run: @Sendable (ArraySlice<UInt8>, JobContext) async throws -> Void
    /// Timers by outcome: looking one up by its labels costs more than an empty job.
    private let timers = Mutex<[String: Timer]>([:])

    init<Handler: JobHandler>(_ handler: Handler) {
        let kind = Handler.Kind.self
        precondition(
            Self.isValid(kind.name), "names of kinds are 1–100 letters, digits, '-', '_' or '.', not \"\(kind.name)\"")
        name = kind.name
        queue = kind.queue
        retry = kind.retry
        timeLimit = kind.timeLimit
        version = kind.version
        run = { payload, context in
            let job = try JobPayload.decode(kind, from: payload)
            guard context.crashes > 0, kind.crashPolicy != .runAgain else {
                return try await handler.run(job, in: context)
            }
            guard kind.crashPolicy == .verify else {
                throw JobFailure.outcomeUnknown("the process died while it ran \(kind.name)")
            }
            switch try await handler.verify(job, in: context) {
            case .done: return
            case .notDone: try await handler.run(job, in: context)
            case .unknown(let reason): throw JobFailure.outcomeUnknown(reason)
            }
        }
    }

    func record(_ outcome: AttemptOutcome, after duration: Duration) {
        let word = outcome.word
        let timer = timers.withLock { timers in
            if let timer = timers[word] { return timer }
            let timer = JobMetrics.duration(name: name, queue: queue, outcome: word)
            timers[word] = timer
            return timer
        }
        timer.recordNanoseconds(duration.nanoseconds)
    }

    /// The name stands in envelopes, between spaces, and in metric labels.
    static func isValid(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.utf8.allSatisfy(QueueName.isAllowed)
    }
}
