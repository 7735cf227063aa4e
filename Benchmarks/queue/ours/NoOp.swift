import JobQueue

/// A job that does nothing, with a payload of about 190 bytes of JSON; the other queues' jobs have the same two fields.
struct NoOp: Job {
    static let name = "bench.no-op"
    static let queue: QueueName = "bench"
    static let retry: RetryPolicy = .never
    var number: Int
    var padding = NoOp.filler

    private static let filler = String(repeating: "x", count: 160)
}

/// Runs a ``NoOp``: writes down that it ran.
struct NoOpHandler: JobHandler {
    let tally: Tally

    func run(_ job: NoOp, in context: JobContext) async throws { tally.ran(job.number) }

    /// A registry with this handler alone.
    static func registry(_ tally: Tally) -> JobRegistry {
        var registry = JobRegistry()
        registry.register(NoOpHandler(tally: tally))
        return registry
    }
}
