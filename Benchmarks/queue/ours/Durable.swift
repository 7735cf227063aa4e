import ArgumentParser
import JobQueue
import Postgres

/// The whole life of durable jobs: inserted in a caller's transaction, pushed, claimed, started, completed in the job's
/// own transaction.
struct Durable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Durable jobs per second from their insertion to their completion.",
        discussion: """
            So many tasks insert one job each in a transaction of its own and push it; a worker with as many slots \
            runs the jobs, each of which completes itself in a transaction of its own. The clock runs from the first \
            insertion to the last completion. All share one pool of as many connections.
            """)

    @Option(help: "Jobs per round.") var jobs = 10_000
    @Option(help: "Inserting tasks, slots of the worker, and connections to PostgreSQL.") var concurrency = 20
    @Option(help: "Rounds; the median counts.") var rounds = 1
    @OptionGroup var output: Output

    func run() async throws {
        let services = try await Services(prefix: randomPrefix(), connections: concurrency)
        var rates: [Double] = []
        for _ in 0..<rounds { rates.append(try await measure(services)) }
        try output.emit(Result(jobs: jobs, concurrency: concurrency, jobsPerSecond: rates.median))
        await services.close()
    }

    private func measure(_ services: Services) async throws -> Double {
        let tally = try Tally(jobs: jobs)
        var registry = JobRegistry()
        registry.register(CompletingHandler(tally: tally, database: services.database))
        let began = Tally.now()
        try await services.withWorker(concurrency: concurrency, registry: registry) {
            try await insert(services)
            try await tally.waitForAll()
        }
        _ = try tally.seconds()
        let last = (0..<jobs).compactMap(tally.runTime).max() ?? began
        return Double(jobs) / (Double(last - began) / 1e9)
    }

    private func insert(_ services: Services) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<concurrency {
                group.addTask {
                    for number in stride(from: task, to: jobs, by: concurrency) {
                        let job = try JobLedger.insertion(of: NoOp(number: number))
                        _ = try await services.database.transaction { try $0.execute(job.statement) }
                        await services.dispatcher.push([job])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    struct Result: Report {
        let jobs: Int
        let concurrency: Int
        let jobsPerSecond: Double

        var description: String {
            "\(grouped(jobsPerSecond)) durable jobs/s from insertion to completion, "
                + "concurrency \(concurrency), \(grouped(Double(jobs))) jobs"
        }
    }
}

/// Completes its job in a transaction, as a job with effects in PostgreSQL does, and counts it once that is committed.
private struct CompletingHandler: JobHandler {
    let tally: Tally
    let database: PostgresPool

    func run(_ job: NoOp, in context: JobContext) async throws {
        let completion = context.completion
        try await database.transaction { try completion.check(try $0.pipeline([completion.statement])[0]) }
        tally.ran(job.number)
    }
}
