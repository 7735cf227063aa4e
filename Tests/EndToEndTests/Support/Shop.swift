import Crypto
import Foundation
import Logging
import OutboundHTTP
import Postgres
import Redis
import Storage
import TestSupport

/// A whole shop of real processes, private to one test: database, Redis, sandbox, API, workers.
///
/// The programs are those of this build, run as an operator would: settings in the environment, signals to stop them.
final class Shop: Sendable {
    let database: TestDatabase
    let redisServer: RedisServer
    let http: OutboundHTTPClient
    let apiPort: Int
    let sandboxPort: Int
    let environment: [String: String]
    private let sandboxDirectory: String

    var api: String { "http://127.0.0.1:\(apiPort)" }
    var sandbox: String { "http://127.0.0.1:\(sandboxPort)" }

    /// Opens a shop with a small catalogue, and closes it whatever `body` does.
    ///
    /// - Parameter webhooks: whether the sandbox tells the API of its events. Without, a shop learns what it asks for
    ///   itself.
    /// - Parameters:
    ///   - server: another PostgreSQL than the one that all tests share.
    ///   - reach: how the shop reaches its database, whose URL it is told: settings.
    static func open<Value>(
        settings: [String: String] = [:], products: Int = 30, webhooks: Bool = false, on server: String? = nil,
        through reach: (String) throws -> [String: String] = { ["DATABASE_URL": $0] },
        _ body: (Shop) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.with(poolSize: 4, on: server) { database in
            let settings = try reach(database.url).merging(settings) { $1 }
            let shop = try Shop(
                database: database, redisServer: try await RedisServer.start(["appendonly yes"]), settings: settings,
                webhooks: webhooks)
            try await shop.cartwright("migrate")
            try await shop.cartwright("seed", "--products", "\(products)")
            let value = try await body(shop)
            await shop.http.close()
            return value
        }
    }

    /// Opens a shop whose programs all run until the test ends; see ``open(settings:products:webhooks:on:through:_:)``.
    static func running<Value>(
        settings: [String: String] = [:], webhooks: Bool = false, _ body: (Shop) async throws -> Value
    ) async throws -> Value {
        try await open(settings: settings, webhooks: webhooks) { shop in
            let programs = try await shop.startAll()
            let value = try await body(shop)
            withExtendedLifetime(programs) {}
            return value
        }
    }

    private init(database: TestDatabase, redisServer: RedisServer, settings: [String: String], webhooks: Bool) throws {
        self.database = database
        self.redisServer = redisServer
        self.http = OutboundHTTPClient(
            configuration: OutboundConfiguration(maximumIdleConnections: 128), logger: database.logger)
        apiPort = try FreePort.next()
        sandboxPort = try FreePort.next()
        let smtpPort = try FreePort.next()
        sandboxDirectory = "\(NSTemporaryDirectory())/cartwright-sandbox-\(UUID().uuidString)"
        let sandbox = "http://127.0.0.1:\(sandboxPort)"
        let emailKey = P256.Signing.PrivateKey()
        environment = [
            "DATABASE_URL": database.url, "REDIS_URL": redisServer.url, "HOST": "127.0.0.1", "PORT": "\(apiPort)",
            "METRICS_PORT": "\(try FreePort.next())",
            "AUTH_SIGNING_KEYS": "k1:\(Data((0..<40).map { _ in UInt8.random(in: 0...255) }).base64EncodedString())",
            "PAYMENTS_API_KEY": "sk_test_endtoend", "PAYMENTS_API_BASE": sandbox, "PAYMENTS_RATE": "1000",
            "EMAIL_TRANSPORT": "smtp",
            "SMTP_URL": "smtp://127.0.0.1:\(smtpPort)", "EMAIL_FROM": "Cartwright <shop@example.com>",
            "SENDGRID_API_KEY": "SG.endtoend", "SENDGRID_API_BASE": sandbox,
            "SENDGRID_WEBHOOK_KEY": emailKey.publicKey.derRepresentation.base64EncodedString(),
            "SANDBOX_MAIL_SIGNING_KEY": emailKey.derRepresentation.base64EncodedString(),
            "SANDBOX_MAIL_WEBHOOK_URL": "http://127.0.0.1:\(apiPort)/api/v1/webhooks/sendgrid",
            "EMAIL_ACTIVITY_URL": sandbox + "/mail/activity", "EMAIL_OUTCOME_TIMEOUT_SECONDS": "3",
            "RATES_PROVIDER": "frankfurter",
            "RATES_URL": sandbox + "/rates/v1/latest", "SANDBOX_PORT": "\(sandboxPort)",
            "SANDBOX_SMTP_PORT": "\(smtpPort)",
            "PAYMENTS_WEBHOOK_SECRETS": "whsec_of_the_test", "PAYMENTS_MODE": "test",
            "SANDBOX_WEBHOOK_SECRET": "whsec_of_the_test",
            "SANDBOX_WEBHOOK_URL": webhooks ? "http://127.0.0.1:\(apiPort)/api/v1/webhooks/stripe" : "",
            "SANDBOX_DATA": sandboxDirectory, "BCRYPT_COST": "4",
            // Everything comes from one address here.
            "RATE_LIMITS": "off", "DECLINES_PER_HOUR": "0", "LOG_LEVEL": "info", "LOG_FORMAT": "json",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "",
        ].merging(settings) { _, given in given }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: sandboxDirectory)
    }

    // MARK: Processes

    /// Path of a program of this build, beside the tests, or in the folder that `SHOP_PROGRAMS` names.
    static func program(_ name: String) throws -> String {
        if let folder = ProcessInfo.processInfo.environment["SHOP_PROGRAMS"], !folder.isEmpty {
            return "\(folder)/\(name)"
        }
        guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else {
            throw CocoaError(.fileNoSuchFile)
        }
        return folder.appending(path: name).path
    }

    /// Runs `cartwright` to its end and returns what it printed. Throws when it exits with another status than
    /// `expecting`.
    @discardableResult
    func cartwright(_ arguments: String..., expecting status: Int32 = 0) async throws -> String {
        let process = try ManagedProcess.start(
            try Self.program("cartwright"), arguments: arguments, environment: environment)
        let exit = try await process.waitForExit(within: .seconds(60))
        guard exit == .code(status) else {
            throw Failed(what: "cartwright \(arguments.joined(separator: " ")) ended with \(exit): \(process.log)")
        }
        return process.log
    }

    func startSandbox() async throws -> ManagedProcess {
        try await start("Sandbox", ready: sandbox + "/healthz")
    }

    func startAPI(settings: [String: String] = [:]) async throws -> ManagedProcess {
        try await start("API", ready: api + "/readyz", settings: settings)
    }

    /// A worker is ready when it holds a lease on a queue that it serves.
    func startWorker(settings: [String: String] = [:], queue: String = "checkout") async throws -> ManagedProcess {
        let metrics = ["METRICS_PORT": "\(try FreePort.next())"]
        let worker = try ManagedProcess.start(
            try Self.program("Worker"), environment: environment.merging(metrics) { $1 }.merging(settings) { $1 })
        let redis = RedisClient(try RedisConfiguration(url: redisServer.url), logger: database.logger)
        try await eventually(within: .seconds(30), "the worker has its leases") {
            guard worker.isRunning else { throw Failed(what: "the worker ended: \(worker.log)") }
            let leases =
                try await redis.send(RedisCommand("ZRANGE", .init("cw:{\(queue)}:leases"), "0", "-1")).elements ?? []
            return leases.contains { $0.text?.contains("-\(worker.processID)-") == true }
        }
        await redis.close()
        return worker
    }

    /// Sandbox, API and one worker.
    func startAll() async throws -> (sandbox: ManagedProcess, api: ManagedProcess, worker: ManagedProcess) {
        let sandbox = try await startSandbox()
        let api = try await startAPI()
        return (sandbox, api, try await startWorker())
    }

    private func start(_ program: String, ready: String, settings: [String: String] = [:]) async throws
        -> ManagedProcess
    {
        let process = try ManagedProcess.start(
            try Self.program(program), environment: environment.merging(settings) { $1 })
        try await eventually(within: .seconds(30), "\(program) is ready") {
            guard process.isRunning else { throw Failed(what: "\(program) ended: \(process.log)") }
            return (try? await self.http.send(OutboundRequest(url: ready, timeout: .seconds(2))))?.status == 200
        }
        return process
    }

    struct Failed: Error, CustomStringConvertible {
        let what: String
        var description: String { what }
    }
}
