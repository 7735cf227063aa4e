import ArgumentParser
import Glibc
import JobQueue
import ServiceLifecycle
import UnixSignals

/// A worker, as a program of a user of the engine would be: a registry, a `JobWorker`, a service group that hears
/// SIGTERM.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs jobs until SIGTERM.")

    @Option(help: "Queues and how many jobs of each run at once.") var queues = "main=20,side=5"
    @Option(help: "Seconds that running jobs have after SIGTERM.") var grace = 5.0
    @Option(help: "Connections to PostgreSQL.") var pool = 8
    @Flag(help: "Knows the kinds and versions of the coming release.") var coming = false
    @Option(help: "Fires the schedule `interval` every so many seconds.") var every: Int?
    @Option(help: "Fires the schedule `cron` at the times of this expression.") var cron: String?
    @Option(help: "The time zone of that expression.") var zone = "UTC"

    func run() async throws {
        let connections = try Connections(poolSize: pool)
        let worker = JobWorker(
            JobWorkerConfiguration(queues: try bulkheads(), grace: .seconds(grace)), registry: registry(connections),
            schedules: try schedules(), dispatcher: connections.dispatcher,
            blockingConnections: connections.redisConfiguration,
            database: connections.database, logger: connections.logger)
        try await ServiceGroup(
            configuration: .init(
                services: [.init(service: worker)], gracefulShutdownSignals: [.sigterm], logger: connections.logger)
        ).run()
        await connections.close()
        _exit(0)
    }

    private func schedules() throws -> [JobSchedule] {
        var schedules: [JobSchedule] = []
        if let every { schedules.append(JobSchedule("interval", every: .seconds(every)) { MainErrand(Act(.effect)) }) }
        if let cron {
            schedules.append(
                JobSchedule("cron", cron: try CronExpression(parsing: cron), timeZone: zone) {
                    MainErrand(Act(.effect))
                })
        }
        return schedules
    }

    private func registry(_ connections: Connections) -> JobRegistry {
        let (log, database) = (connections.log, connections.database)
        var registry = JobRegistry()
        registry.register(ErrandHandler(MainErrand.self, log: log, database: database))
        registry.register(ErrandHandler(SideErrand.self, log: log, database: database))
        registry.register(TickHandler(log: log))
        if coming {
            registry.register(ErrandHandler(PresentErrand.self, log: log, database: database))
            registry.register(ErrandHandler(FutureErrand.self, log: log, database: database))
        } else {
            registry.register(ErrandHandler(PastErrand.self, log: log, database: database))
        }
        return registry
    }

    private func bulkheads() throws -> [QueueName: Int] {
        var bulkheads: [QueueName: Int] = [:]
        for part in queues.split(separator: ",") {
            let sides = part.split(separator: "=")
            guard sides.count == 2, let name = QueueName(rawValue: String(sides[0])), let count = Int(sides[1]) else {
                throw ValidationError("expected queues such as main=20,side=5, not \(queues)")
            }
            bulkheads[name] = count
        }
        return bulkheads
    }
}
