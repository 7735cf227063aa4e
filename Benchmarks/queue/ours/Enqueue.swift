import ArgumentParser
import JobQueue

/// How fast jobs go in. They stay in Redis, for a worker process to drain.
struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Jobs enqueued per second, in bulk or one by one from many tasks. They stay in Redis.",
        discussion: "One by one, each task of this one process awaits the answer to its job before it sends its next.")

    @Option(help: "Jobs.") var jobs = 100_000
    @Option(help: "Tasks that each enqueue one by one; 0 enqueues in bulk, 1,000 at a time.") var tasks = 0
    @Flag(help: "Jobs with a row in the PostgreSQL ledger; in bulk only.") var durable = false
    @Option(help: "Begins every key in Redis.") var prefix = "bench"
    @OptionGroup var output: Output

    func validate() throws {
        if durable && tasks > 0 {
            throw ValidationError("--durable enqueues in bulk; the subcommand durable inserts one by one.")
        }
    }

    func run() async throws {
        let services = try await Services(prefix: prefix)
        _ = try await services.redisBytes()
        let began = Tally.now()
        if tasks == 0 {
            try await services.fill(0..<jobs, durable: durable)
        } else {
            try await oneByOne(services.dispatcher)
        }
        try output.emit(Result(jobs: jobs, seconds: Double(Tally.now() - began) / 1e9))
        await services.close()
    }

    private func oneByOne(_ dispatcher: JobDispatcher) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for number in stride(from: task, to: jobs, by: tasks) {
                        try await dispatcher.enqueueEphemeral(NoOp(number: number))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    struct Result: Report {
        let jobs: Int
        let seconds: Double

        var description: String { "\(grouped(Double(jobs) / seconds)) jobs/s enqueued, \(grouped(Double(jobs))) jobs" }
    }
}
