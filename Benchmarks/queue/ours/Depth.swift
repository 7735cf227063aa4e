import ArgumentParser
import JobQueue

/// Whether a long queue slows the worker down, and what waiting costs.
struct Depth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drain rate, worker memory and bytes per waiting job, with few and with many waiting.",
        discussion: """
            Each depth is filled while the queue is paused, and then drained to its end by a fresh worker process that \
            has warmed up on 5,000 other jobs; the clock runs from the first job's run to the last one's. Shallow \
            depths are repeated until 50,000 jobs have run, and the median counts.
            """)

    @Option(parsing: .upToNextOption, help: "Jobs waiting.") var depths = [1000, 100_000, 1_000_000]
    @Option(help: "Slots of the worker.") var concurrency = 100
    @OptionGroup var output: Output

    func run() async throws {
        let prefix = randomPrefix()
        let services = try await Services(prefix: prefix)
        var results: [Result] = []
        for depth in depths {
            var drains: [Result] = []
            for _ in 0..<max(1, 50_000 / depth) { drains.append(try await drain(depth, services, prefix)) }
            results.append(.median(of: drains))
            if !output.json, let result = results.last { print(result) }
        }
        if output.json { try output.emit(Summary(depths: results)) }
        await services.close()
    }

    private static let warmUp = 5000

    private func drain(_ depth: Int, _ services: Services, _ prefix: String) async throws -> Result {
        let inspector = JobInspector(database: services.database, dispatcher: services.dispatcher)
        let tally = try Tally(jobs: depth + Self.warmUp)
        try await services.fill(depth..<tally.jobs, durable: false)
        let worker = try WorkerProcess(prefix: prefix, concurrency: concurrency, tally: tally)
        try await tally.wait(for: depth..<tally.jobs, limit: .seconds(60))
        try await inspector.pause(NoOp.queue)
        let empty = try await services.redisBytes()
        try await services.fill(0..<depth, durable: false)
        let bytes = try await services.redisBytes() - empty
        try await inspector.resume(NoOp.queue)
        try await tally.wait(for: 0..<depth, limit: .seconds(60 + depth / 2000))
        let usage = try worker.usage
        try await worker.stop()
        return Result(
            waiting: depth, drainedPerSecond: Double(depth) / (try tally.seconds(of: 0..<depth)),
            workerMegabytes: usage.megabytes,
            redisBytesPerJob: Double(bytes) / Double(depth))
    }

    struct Result: Report {
        let waiting: Int
        let drainedPerSecond: Double
        let workerMegabytes: Double
        let redisBytesPerJob: Double

        var description: String {
            "\(grouped(Double(waiting))) waiting: drained \(grouped(drainedPerSecond))/s, worker "
                + "\(rounded(workerMegabytes, 1)) MB, "
                + "\(rounded(redisBytesPerJob, 0)) bytes in Redis per waiting job, payload included"
        }

        /// Each figure's median on its own.
        static func median(of results: [Result]) -> Result {
            Result(
                waiting: results[0].waiting, drainedPerSecond: results.map(\.drainedPerSecond).median,
                workerMegabytes: results.map(\.workerMegabytes).median,
                redisBytesPerJob: results.map(\.redisBytesPerJob).median)
        }
    }

    struct Summary: Report {
        let depths: [Result]
        var description: String { depths.map(\.description).joined(separator: "\n") }
    }
}
