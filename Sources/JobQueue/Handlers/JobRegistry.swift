import Metrics
import Synchronization

/// The kinds a worker process understands, each with its handler.
public struct JobRegistry: Sendable {
    private var kinds: [String: JobKind] = [:]

    /// An empty registry.
    public init() {}

    /// Adds a handler. Registering two for one kind, or one for a kind whose name is malformed, is a programming error.
    public mutating func register<Handler: JobHandler>(_ handler: Handler) {
        let kind = JobKind(handler)
        precondition(kinds[kind.name] == nil, "two handlers are registered for \(kind.name)")
        kinds[kind.name] = kind
    }

    /// Adds a closure as the handler of a kind, for work that needs no type of its own.
    ///
    /// - Parameters:
    ///   - kind: whose jobs it runs.
    ///   - run: what ``JobHandler/run(_:in:)`` would do.
    /// - Throws: nothing itself: what the handler throws ends the attempt, and the retry policy decides what happens
    ///   next.
    public mutating func register<Kind: Job>(
        _ kind: Kind.Type, _ run: @escaping @Sendable (_ job: Kind, _ context: JobContext) async throws -> Void
    ) {
        register(ClosureHandler(body: run))
    }

    /// Runs jobs that were stored under a former name as the kind of today. The kind is registered before; a name that
    /// no kind has, or one that is taken, is a programming error.
    public mutating func alias(_ former: String, of name: String) {
        guard let kind = kinds[name] else { preconditionFailure("no handler is registered for \(name)") }
        precondition(kinds[former] == nil && JobKind.isValid(former), "\(former) cannot be another name of \(name)")
        kinds[former] = kind
    }

    /// The queues in which jobs of these kinds wait.
    public var queues: Set<QueueName> { Set(kinds.values.map(\.queue)) }

    subscript(name: String) -> JobKind? { kinds[name] }

    /// Names and newest known versions of the kinds of one queue.
    func kinds(of queue: QueueName) -> [String: Int] {
        kinds.filter { $0.value.queue == queue }.mapValues(\.version)
    }
}

private struct ClosureHandler<Kind: Job>: JobHandler {
    let body: @Sendable (Kind, JobContext) async throws -> Void

    func run(_ job: Kind, in context: JobContext) async throws { try await body(job, context) }
}

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
