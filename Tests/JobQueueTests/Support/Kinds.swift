import Foundation
import JobQueue
import Synchronization

/// Notes who ran when; handlers append to it, tests count.
final class RunLog: Sendable {
    struct Run: Sendable {
        let job: JobID
        let attempt: Int
        let crashes: Int
        let at: Date
    }
    private let runs = Mutex<[Run]>([])

    func note(_ context: JobContext) {
        runs.withLock {
            $0.append(Run(job: context.jobID, attempt: context.attempt, crashes: context.crashes, at: Date()))
        }
    }

    var all: [Run] { runs.withLock { $0 } }
    func of(_ id: JobID) -> [Run] { all.filter { $0.job == id } }
}

/// A job that does what its handler's closure says.
struct Task1: Job {
    static let name = "test.one"
    static let queue: QueueName = "one"
    static let retry: RetryPolicy = .exponential(attempts: 4, from: .milliseconds(100), to: .milliseconds(400))
    static let timeLimit: Duration = .seconds(30)
    var text = ""
}

/// The same on another queue, with a time limit of 200 ms and a single attempt.
struct Task2: Job {
    static let name = "test.two"
    static let queue: QueueName = "two"
    static let retry: RetryPolicy = .never
    static let timeLimit: Duration = .milliseconds(200)
}

struct Handler<Kind: Job>: JobHandler {
    let log: RunLog
    let body: @Sendable (Kind, JobContext) async throws -> Void

    init(
        _ kind: Kind.Type, log: RunLog,
        _ body: @escaping @Sendable (Kind, JobContext) async throws -> Void = { _, _ in }
    ) {
        self.log = log
        self.body = body
    }

    func run(_ job: Kind, in context: JobContext) async throws {
        log.note(context)
        try await body(job, context)
    }
}

extension JobRegistry {
    init(_ handlers: any JobHandler...) {
        self.init()
        for handler in handlers { register(handler) }
    }
}
