import ArgumentParser

/// No-op jobs drained per second by one worker in this process.
struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "No-op jobs drained per second.",
        discussion: """
            The jobs are enqueued first; then a worker starts, and the clock runs from the first job's run to the last \
            one's. Each job must have run exactly once. Ephemeral jobs are claimed, leased and acknowledged in Redis; \
            --durable ones are inserted, started and completed in PostgreSQL as well.
            """)

    @Option(help: "Jobs per round.") var jobs = 100_000
    @Option(help: "Jobs running at once.") var concurrency = 100
    @Option(help: "Rounds; the median counts.") var rounds = 5
    @Flag(help: "Jobs with a row in the PostgreSQL ledger.") var durable = false
    @OptionGroup var output: Output

    func run() async throws {
        let services = try await Services(prefix: randomPrefix())
        var rounds: [Round] = []
        for number in 1...self.rounds {
            let round = try await measure(services)
            rounds.append(round)
            if !output.json { print("round \(number): \(round)") }
        }
        try output.emit(Summary(jobs: jobs, concurrency: concurrency, durable: durable, rounds: rounds))
        await services.close()
    }

    private func measure(_ services: Services) async throws -> Round {
        let tally = try Tally(jobs: jobs)
        let began = Tally.now()
        try await services.fill(0..<jobs, durable: durable)
        let enqueued = Double(Tally.now() - began) / 1e9
        let before = try Usage().processorSeconds
        try await services.withWorker(concurrency: concurrency, registry: NoOpHandler.registry(tally)) {
            try await tally.waitForAll()
        }
        let used = try Usage().processorSeconds - before
        return Round(
            enqueuedPerSecond: Double(jobs) / enqueued, drainedPerSecond: Double(jobs) / (try tally.seconds()),
            processorSecondsPer100k: used * 100_000 / Double(jobs))
    }

    struct Round: Report {
        let enqueuedPerSecond: Double
        let drainedPerSecond: Double
        let processorSecondsPer100k: Double

        var description: String {
            "enqueued \(grouped(enqueuedPerSecond))/s, drained \(grouped(drainedPerSecond))/s, "
                + "worker CPU \(rounded(processorSecondsPer100k, 2)) s per 100,000 jobs"
        }
    }

    struct Summary: Report {
        let jobs: Int
        let concurrency: Int
        let durable: Bool
        let rounds: [Round]

        var description: String {
            "median: \(grouped(rounds.map(\.drainedPerSecond).median)) \(durable ? "durable" : "ephemeral") "
                + "no-op jobs/s, "
                + "concurrency \(concurrency), \(grouped(Double(jobs))) jobs per round"
        }
    }
}

/// Keys of its own for each run, so that what a killed run left behind does not count.
func randomPrefix() -> String { "bench-\(UInt32.random(in: 0 ... .max))" }
