import Foundation
import Synchronization

/// A redis-server of a test's own, on a free port of 127.0.0.1, with its data in a temporary directory. Gone when
/// nobody holds it any more.
///
///     let redis = try await RedisServer.start(["maxmemory 8mb", "maxmemory-policy noeviction"])
///     redis.kill()
///     try await redis.restart()                              // same port, same directory
package final class RedisServer: Sendable {
    /// The port on 127.0.0.1.
    package let port: Int
    /// Its working directory: data and configuration.
    package let directory: String
    private let kind: Kind
    private let process: Mutex<ManagedProcess>

    /// What the program is started as.
    enum Kind: Sendable {
        case server, sentinel

        var arguments: [String] { self == .sentinel ? ["--sentinel"] : [] }
        var defaults: [String] { self == .sentinel ? [] : ["save \"\""] }
        /// What it writes when it can be talked to.
        var readyLine: String { self == .sentinel ? "Sentinel ID is" : "Ready to accept connections" }
    }

    /// Starts a server and waits until it accepts commands.
    /// - Parameter configuration: lines as in redis.conf. By default nothing is saved to disk; "appendonly yes" makes
    ///   data survive ``restart()``.
    package static func start(_ configuration: [String] = []) async throws -> RedisServer {
        try await start(.server, configuration)
    }

    /// Starts a sentinel and waits until it can be talked to.
    package static func startSentinel(_ configuration: [String]) async throws -> RedisServer {
        try await start(.sentinel, configuration)
    }

    static func start(_ kind: Kind, _ configuration: [String]) async throws -> RedisServer {
        let directory = "\(NSTemporaryDirectory())/cartwright-redis-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let port = try FreePort.next()
        let lines =
            ["bind 127.0.0.1", "port \(port)", "dir \(directory)", "daemonize no"] + kind.defaults + configuration
        try lines.joined(separator: "\n").write(toFile: "\(directory)/redis.conf", atomically: true, encoding: .utf8)
        let server = RedisServer(port: port, directory: directory, kind: kind, process: try launch(kind, in: directory))
        try await server.waitUntilReady(starts: 1)
        return server
    }

    private init(port: Int, directory: String, kind: Kind, process: ManagedProcess) {
        self.port = port
        self.directory = directory
        self.kind = kind
        self.process = Mutex(process)
    }

    deinit {
        current.kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// `redis://127.0.0.1:port/0`
    package var url: String { "redis://127.0.0.1:\(port)/0" }

    /// Whether its process lives.
    package var isRunning: Bool { current.isRunning }

    /// What the server has written, over all its starts.
    package var log: String { current.log }

    /// SIGKILL; returns once it is gone.
    package func kill() async throws {
        current.kill()
        try await current.waitForExit()
    }

    /// SIGTERM: saves what its configuration says; returns once it is gone.
    package func stop() async throws {
        current.terminate()
        try await current.waitForExit()
    }

    /// SIGSTOP: connections stay open and nothing answers.
    package func pause() { current.pause() }

    /// Ends ``pause()``.
    package func resume() { current.resume() }

    /// Kills the server if it runs, and starts it again on the same port with the same data.
    package func restart() async throws {
        let starts = readyCount
        current.kill()
        try await current.waitForExit()
        let next = try Self.launch(kind, in: directory)
        process.withLock { $0 = next }
        try await waitUntilReady(starts: starts + 1)
    }

    private var current: ManagedProcess { process.withLock { $0 } }

    private var readyCount: Int { log.components(separatedBy: kind.readyLine).count - 1 }

    private func waitUntilReady(starts: Int) async throws {
        try await eventually(within: .seconds(20), "redis-server is ready; its log: \(log)") {
            if readyCount >= starts { return true }
            guard !isRunning else { return false }
            // Somebody outside these tests may hold the port for a moment; what else ends a server will not pass.
            guard log.hasSuffix("Address already in use\n") || log.contains("Failed listening on port") else {
                throw CannotStart(log: log)
            }
            try await letTimePass(.milliseconds(200), because: "whoever holds the port needs a moment")
            let next = try Self.launch(kind, in: directory)
            process.withLock { $0 = next }
            return false
        }
    }

    /// It ended before it could be talked to.
    package struct CannotStart: Error {
        /// What it said.
        package let log: String
    }

    private static func launch(_ kind: Kind, in directory: String) throws -> ManagedProcess {
        try ManagedProcess.start(
            "redis-server", arguments: ["\(directory)/redis.conf"] + kind.arguments, logFile: "\(directory)/redis.log")
    }
}
