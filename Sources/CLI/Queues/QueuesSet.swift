import ArgumentParser
import JobQueue
import Storage

/// Sets limits of a queue.
struct QueuesSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set how many jobs of a queue run at once and how many start in a second.",
        discussion: "Workers follow within a second, and keep to it over restarts. `none` takes a limit away.")

    @Argument(help: "The queue's name.", transform: JobArguments.queue)
    var queue: QueueName

    @Option(
        help: ArgumentHelp(
            "Jobs that each worker runs at once, 1 to 10000, or none for what it was started with.", valueName: "number"
        ))
    var concurrency: QueueLimit<Int>?

    @Option(
        help: ArgumentHelp(
            "Jobs that start in a second, over all workers, such as 5 or 0.5; or none.", valueName: "number"))
    var rate: QueueLimit<Double>?

    @Option(
        help: ArgumentHelp(
            "With --rate: jobs that may start at once after a quiet time; a second's worth unless set.",
            valueName: "number")
    )
    var burst: Int?

    func validate() throws {
        if concurrency == nil && rate == nil { throw ValidationError("expected --concurrency or --rate.") }
        if let number = concurrency?.value, !QueueSettings.concurrencyRange.contains(number) {
            throw ValidationError("--concurrency: expected a number from 1 to 10000, or none.")
        }
        if let number = rate?.value, !RateLimit.rateRange.contains(number) {
            throw ValidationError("--rate: expected a number from 0.001 to 1000000, or none.")
        }
        if let burst, rate?.value == nil || !RateLimit.burstRange.contains(burst) {
            throw ValidationError("--burst: expected a number from 1 to 1000000, together with --rate.")
        }
    }

    func run() async throws {
        let (concurrency, rate, burst) = (concurrency, rate, burst)
        try await Services.use { services in
            try await QueueSwitch.requireKnown(queue, services)
            let names = Set(
                [concurrency == nil ? nil : "concurrency", rate == nil ? nil : "rate_limit"].compactMap(\.self))
            let entry = OperatorLog.entry("queue.configured", "queue", queue.rawValue)
            let inspector = services.inspector.noting { [try AuditLog.insertion(of: entry.with($0, only: names))] }
            let settings = try await inspector.configure(queue) { settings in
                if let concurrency { settings.concurrency = concurrency.value }
                if let rate { settings.rateLimit = rate.value.map { RateLimit(perSecond: $0, burst: burst) } }
            }
            Terminal.write("\(queue): \(QueueLimits.text(settings)).")
        }
    }
}
