import Foundation
import Postgres
import Redis
import Storage

/// The settings the commands need.
struct OperatorSettings: Sendable {
    let databaseURL: String
    let redisURL: String
    let queuePrefix: String
    let shop: ShopSettings

    static func load() throws -> OperatorSettings {
        let environment = ProcessInfo.processInfo.environment
        guard let databaseURL = environment["DATABASE_URL"], let redisURL = environment["REDIS_URL"] else {
            throw Failure("DATABASE_URL is missing.", status: .configuration)
        }
        return OperatorSettings(
            databaseURL: databaseURL, redisURL: redisURL, queuePrefix: environment["CARTWRIGHT_QUEUE_PREFIX"] ?? "cw", shop: ShopSettings())
    }

    func databaseConfiguration() throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: databaseURL)
        configuration.poolSize = 4
        configuration.applicationName = "cartwright-cli"
        return configuration
    }

    func redisConfiguration() throws -> RedisConfiguration { try RedisConfiguration(url: redisURL) }

    var summary: String { "queue keys begin with \(queuePrefix)" }
}
