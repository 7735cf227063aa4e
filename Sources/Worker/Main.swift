import Bootstrap
import JobQueue
import Logging
import OutboundHTTP
import Postgres
import Redis
import ServiceLifecycle
import Storage

/// A worker process: runs jobs, sweeps, fires schedules, until SIGTERM.
@main
struct Main {
    static func main() async {
        await ProcessMain.run("cartwright-worker", WorkerProcessSettings.self) { settings, process in
            try await Connections.using(settings.database, settings.redis, logger: process.logger) { connections in
                // A job has one call on its way at a time; each finds its connection again, however many wait for a
                // slow provider.
                let slots = settings.worker.queues.values.reduce(0, +)
                let client = OutboundHTTPClient(
                    configuration: OutboundConfiguration(
                        userAgent: "Cartwright/\(Version.text)", maximumIdleConnections: max(64, slots)),
                    logger: process.logger)
                let services = try WorkerServices(settings, connections, client: client, logger: process.logger)
                let worker = JobWorker(
                    // Three seconds of the grace time are for giving jobs back and closing connections.
                    JobWorkerConfiguration(
                        queues: settings.worker.queues, grace: max(.zero, settings.worker.grace - .seconds(3)),
                        interceptors: CrashInterceptor.installed + services.interceptors, gates: services.gates),
                    registry: services.registry, schedules: services.schedules, dispatcher: connections.dispatcher,
                    blockingConnections: settings.redis.configuration, database: connections.database,
                    logger: process.logger)
                let watch = ServerWatch(connections, logger: process.logger)
                let work = (services.sweeps + [worker]).map { ReadinessGate(watch.status, $0) }
                process.logger.notice(
                    "starting",
                    metadata: ["queues": "\(settings.worker.queues.map { "\($0.key)=\($0.value)" }.sorted())"])
                try await process.serve([watch] + work, metrics: settings.metrics, grace: settings.worker.grace)
                await client.close()
                process.logger.notice("stopped")
            }
        }
    }
}
