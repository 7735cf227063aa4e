import Bootstrap
import Hummingbird
import Logging
import Redis

/// An API process: answers HTTP until SIGTERM.
@main
struct Main {
    static func main() async {
        await ProcessMain.run("cartwright-api", APIProcessSettings.self) { settings, process in
            let common = settings.common
            let document = try APIDocument.load()
            try await Connections.using(common.database, common.redis, logger: process.logger) { connections in
                let subscriber = RedisSubscriber(common.redis.configuration, logger: process.logger)
                let watch = ServerWatch(connections, logger: process.logger)
                let services = try await ShopServices(
                    settings, connections, subscriber: subscriber, servers: watch.status, logger: process.logger)
                let gate = ListenerGate(logger: process.logger)
                let application = buildApplication(
                    services: services, document: document,
                    address: .hostname(common.http.host, port: common.http.port),
                    linger: min(.seconds(1), settings.grace / 10), gate: gate,
                    edge: EdgeResources(limits: try EdgeLimits(common.http.edge)) {
                        [proxies = common.http.trustedProxies] address in
                        IPAddress(address).map(proxies.contains) ?? false
                    }, cors: CORSPolicy(origins: common.http.corsOrigins),
                    tracer: process.tracer, logger: process.logger)
                // Two seconds of the grace time are for closing connections to the servers.
                let server = BoundedShutdown(
                    base: application, limit: max(.zero, settings.grace - .seconds(2)), logger: process.logger)
                try await process.serve([watch, server, gate], metrics: common.metrics, grace: settings.grace)
                services.hasher.stop()
                await subscriber.close()
                process.logger.notice("stopped")
            }
        }
    }
}
