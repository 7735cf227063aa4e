import ArgumentParser
import Arithmetic
import Bootstrap
import JobQueue
import Storage

/// The queues that jobs wait in.
struct Queues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See queues, pause or resume them, set their limits.",
        subcommands: [QueuesList.self, QueuesPause.self, QueuesResume.self, QueuesSet.self],
        defaultSubcommand: QueuesList.self)
}

/// All queues with what waits in them.
struct QueuesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List queues with what waits, runs and failed.")

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let queues = try await Services.use { services in try await services.inspector.queues(known: ShopQueue.names) }
        if json {
            try Terminal.writeJSON(queues)
            return
        }
        var table = Table([
            .text("queue"), .number("in redis"), .number("delayed"), .number("in ledger"), .number("running"),
            .number("dead"),
            .number("parked"),
            .text("oldest"), .number("workers"), .text("state"), .text("limits"),
        ])
        for queue in queues {
            table.add([
                queue.queue.rawValue, String(queue.ready), String(queue.delayed), String(queue.waiting),
                String(queue.running),
                String(queue.dead),
                String(queue.parked), queue.oldestAgeSeconds.map { TimeText.span(seconds: $0) } ?? "–",
                String(queue.workers),
                queue.isPaused ? "paused" : "open",
                queue.settings == QueueSettings(isPaused: queue.isPaused) ? "" : QueueLimits.text(queue.settings),
            ])
        }
        Terminal.write(table)
    }
}

/// Stops claiming.
struct QueuesPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop starting jobs of a queue; new ones go on being accepted.")

    @Argument(help: "The queue's name.", transform: JobArguments.queue)
    var queue: QueueName

    func run() async throws { try await QueueSwitch.set(queue, isPaused: true) }
}

/// Starts claiming again.
struct QueuesResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Start jobs of a queue again.")

    @Argument(help: "The queue's name.", transform: JobArguments.queue)
    var queue: QueueName

    func run() async throws { try await QueueSwitch.set(queue, isPaused: false) }
}

/// Stops or starts the claiming of jobs of one queue.
enum QueueSwitch {
    /// - Throws: ``Failure`` for a queue that does not exist.
    static func set(_ queue: QueueName, isPaused: Bool) async throws {
        try await Services.use { services in
            try await requireKnown(queue, services)
            let entry = OperatorLog.entry(isPaused ? "queue.paused" : "queue.resumed", "queue", queue.rawValue)
            let inspector = services.inspector.noting { [try AuditLog.insertion(of: entry.with($0, only: ["paused"]))] }
            try await isPaused ? inspector.pause(queue) : inspector.resume(queue)
            Terminal.write(isPaused ? "\(queue) is paused; running jobs finish." : "\(queue) is open.")
        }
    }
    /// - Throws: ``Failure`` for a queue that does not exist, so that a slip of the keyboard does not look like
    ///   success.
    static func requireKnown(_ queue: QueueName, _ services: Services) async throws {
        let known = try await services.inspector.queues(known: ShopQueue.names).map(\.queue)
        guard known.contains(queue) else {
            throw Failure(
                "There is no queue named \(queue).", advice: "Queues: " + known.map(\.rawValue).joined(separator: ", "))
        }
    }
}

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

/// A number, or `none`.
struct QueueLimit<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, CustomStringConvertible,
    Sendable
{
    /// Nil takes the limit away.
    let value: Number?

    init?(argument: String) {
        if argument == "none" {
            value = nil
        } else if let number = Number(argument) {
            value = number
        } else {
            return nil
        }
    }

    var description: String { value.map(\.description) ?? "none" }
}

/// A queue's limits as people read them.
enum QueueLimits {
    static func text(_ settings: QueueSettings) -> String {
        let concurrency = settings.concurrency.map { "\($0) at once" }
        let rate = settings.rateLimit.map { "\(number($0.perSecond))/s, burst \($0.burst)" }
        let limits = [concurrency, rate].compactMap(\.self)
        return limits.isEmpty ? "no limits set" : limits.joined(separator: "; ")
    }

    /// Without a fraction that says nothing.
    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(saturating: value)) : String(value)
    }
}
