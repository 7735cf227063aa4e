import ArgumentParser
import JobQueue
import ServiceLifecycle
import UnixSignals

/// A worker process for the other measurements.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run no-op jobs until SIGTERM. The other measurements start this.")

    @Option(help: "Begins every key in Redis.") var prefix = "bench"
    @Option(help: "Jobs running at once.") var concurrency = 100
    @Option(help: "Queues served; all but the first stay empty.") var queues = 1
    @Option(help: "Where the runs are counted.") var tally: String

    func run() async throws {
        let services = try await Services(prefix: prefix)
        var concurrencies = [NoOp.queue: concurrency]
        for number in 1..<max(1, queues) {
            if let name = QueueName(rawValue: "\(NoOp.queue)-\(number)") { concurrencies[name] = concurrency }
        }
        let worker = services.worker(concurrencies, registry: NoOpHandler.registry(try Tally(path: tally)))
        let group = ServiceGroup(
            services: [worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: services.logger)
        try await group.run()
        await services.close()
    }
}
