import Foundation
import Synchronization

/// Debian's PgBouncer, run for one test on a free port of 127.0.0.1, in front of the server that tests use. Gone when
/// nobody holds it any more.
package final class PgBouncer: Sendable {
    /// How it lends server connections.
    package enum Mode: String, Sendable, CaseIterable { case transaction, session }

    private static let program = "/usr/sbin/pgbouncer"
    /// The port on 127.0.0.1.
    package let port: Int
    private let directory: String
    private let process: Mutex<ManagedProcess>

    /// Starts it and waits until it takes connections.
    /// - Parameters:
    ///   - server: `postgres://…` of the server behind it.
    ///   - mode: how it lends server connections.
    ///   - size: how many server connections it has for a database; few, so that clients share them.
    ///   - settings: lines of its configuration.
    package static func start(
        before server: String, mode: Mode = .transaction, size: Int = 3, settings: [String] = []
    ) async throws -> PgBouncer {
        guard let parts = URLComponents(string: server), let host = parts.host, let port = parts.port,
            let user = parts.user
        else {
            throw URLError(.badURL)
        }
        let directory = "\(NSTemporaryDirectory())/cartwright-pgbouncer-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let own = try FreePort.next()
        let configuration = """
            [databases]
            cw_none = host=127.0.0.1 port=1
            * = host=\(host) port=\(port) user=\(user) password=\(parts.password ?? "")
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(own)
            unix_socket_dir =
            auth_type = any
            pool_mode = \(mode.rawValue)
            default_pool_size = \(size)
            max_client_conn = 500
            server_login_retry = 1
            \(settings.joined(separator: "\n"))

            """
        try configuration.write(toFile: "\(directory)/pgbouncer.ini", atomically: true, encoding: .utf8)
        let bouncer = PgBouncer(port: own, directory: directory, process: try launch(in: directory))
        try await bouncer.waitUntilReady()
        return bouncer
    }

    private init(port: Int, directory: String, process: ManagedProcess) {
        self.port = port
        self.directory = directory
        self.process = Mutex(process)
    }

    deinit {
        current.kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The same URL through it, with whatever query.
    package func url(for url: String, query: String? = nil) throws -> String {
        guard var parts = URLComponents(string: url) else { throw URLError(.badURL) }
        (parts.host, parts.port, parts.percentEncodedQuery) = ("127.0.0.1", port, query)
        guard let result = parts.string else { throw URLError(.badURL) }
        return result
    }

    /// What it has written since it was started last.
    package var log: String { current.log }

    /// Ends it at once, with all connections, and starts it again.
    package func restart() async throws {
        current.kill()
        try await current.waitForExit()
        let next = try Self.launch(in: directory)
        process.withLock { $0 = next }
        try await waitUntilReady()
    }

    private var current: ManagedProcess { process.withLock { $0 } }

    /// It refuses to run as root.
    private static func launch(in directory: String) throws -> ManagedProcess {
        let launcher = PostgresServer.launcher
        return try ManagedProcess.start(
            launcher[0], arguments: launcher.dropFirst() + [program, "\(directory)/pgbouncer.ini"])
    }

    private func waitUntilReady() async throws {
        let process = current
        try await eventually(within: .seconds(20), "pgbouncer is ready; its log: \(process.log)") {
            process.log.contains("process up")
        }
    }
}
