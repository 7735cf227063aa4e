import Foundation
import JobQueue
import Logging
import Postgres
import Redis

/// What both modes of the program stand on, made from the environment.
struct Connections {
    let database: PostgresPool
    let redis: RedisClient
    let redisConfiguration: RedisConfiguration
    let dispatcher: JobDispatcher
    let log: RunLog
    let logger: Logger

    struct Unset: Error, CustomStringConvertible {
        let variable: String
        var description: String { "\(variable) is not set" }
    }

    init(poolSize: Int) throws {
        var logger = Logger(label: "conformance")
        logger.logLevel = .notice
        self.logger = logger
        var configuration = try PostgresConfiguration(url: Self.variable("DATABASE_URL"))
        configuration.applicationName = "conformance-worker"
        configuration.poolSize = poolSize
        configuration.statementTimeout = .seconds(120)
        database = PostgresPool(configuration, logger: logger)
        redisConfiguration = try RedisConfiguration(url: Self.variable("REDIS_URL"))
        redis = RedisClient(redisConfiguration, logger: logger)
        dispatcher = JobDispatcher(redis: redis, prefix: try Self.variable("KEY_PREFIX"), logger: logger)
        log = try RunLog(path: Self.variable("RUN_LOG"))
    }

    func close() async {
        await database.close()
        await redis.close()
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Unset(variable: name) }
        return value
    }
}
