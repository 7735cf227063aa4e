import ArgumentParser
import JobQueue

/// How long a job takes from the call that enqueues it to its handler, when the worker had nothing to do.
struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Milliseconds from enqueueing to the start of the handler, in an idle worker process.",
        discussion:
            "Jobs are enqueued one at a time, each when the one before has run and the worker has been idle for "
            + "a while."
    )

    @Option(help: "Jobs measured, after 20 that warm up.") var jobs = 2000
    @Option(help: "Idle milliseconds before each job.") var gap = 5
    @Option(help: "Slots of the worker.") var concurrency = 100
    @OptionGroup var output: Output

    private static let warmUp = 20

    func run() async throws {
        let prefix = randomPrefix()
        let services = try await Services(prefix: prefix)
        let tally = try Tally(jobs: jobs + Self.warmUp)
        let worker = try WorkerProcess(prefix: prefix, concurrency: concurrency, tally: tally)
        var milliseconds: [Double] = []
        for number in 0..<tally.jobs {
            try await Task.sleep(for: .milliseconds(gap))
            let sent = Tally.now()
            try await services.dispatcher.enqueueEphemeral(NoOp(number: number))
            milliseconds.append(Double(try await run(number, tally) - sent) / 1e6)
        }
        try await worker.stop()
        let measured = Array(milliseconds.dropFirst(Self.warmUp))
        try output.emit(
            Result(jobs: jobs, p50: measured.median, p99: measured.quantile(0.99), maximum: measured.quantile(1)))
        await services.close()
    }

    /// When the job ran.
    private func run(_ number: Int, _ tally: Tally) async throws -> Int64 {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            if let time = tally.runTime(of: number) { return time }
            guard ContinuousClock.now < deadline else { throw ValidationError("job \(number) has not run within 20 s") }
            try await Task.sleep(for: .microseconds(200))
        }
    }

    struct Result: Report {
        let jobs: Int
        let p50: Double
        let p99: Double
        let maximum: Double

        var description: String {
            "from enqueueing to an idle worker's handler: p50 \(rounded(p50, 2)) ms, p99 \(rounded(p99, 2)) ms, "
                + "longest \(rounded(maximum, 2)) ms, \(grouped(Double(jobs))) jobs"
        }
    }
}
