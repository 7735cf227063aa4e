import Foundation
import Synchronization

/// A PostgreSQL of a test's own, on a free port of 127.0.0.1, with its data in a temporary directory. Gone when nobody
/// holds it any more.
///
///     let postgres = try await PostgresServer.start()
///     try await postgres.restart()                           // a crash: no connection is said farewell to
package final class PostgresServer: Sendable {
    /// It could not be set up.
    package struct CannotStart: Error, CustomStringConvertible {
        /// What the program said.
        package let description: String
    }

    /// The port on 127.0.0.1.
    package let port: Int
    private let directory: String
    private let programs: String
    private let hasPreload: Bool
    private let settings: [String]
    private let process: Mutex<ManagedProcess>

    /// The folder of its Unix socket.
    package var socketFolder: String { "\(directory)/sockets" }
    /// The certificate, PEM, of a server with TLS: its own authority.
    package var certificateFile: String { "\(directory)/certificate.pem" }

    /// Makes a cluster and starts it.
    /// - Parameters:
    ///   - library: loaded into the server before all others.
    ///   - environment: added to the server's.
    ///   - settings: as in postgresql.conf, `name=value`.
    ///   - names: whom its certificate is for, as `subjectAltName` has it, such as `DNS:localhost,IP:127.0.0.1`; nil
    ///     for a server without TLS.
    ///   - access: the lines of pg_hba.conf; by default everybody is let in.
    package static func start(
        preloading library: String? = nil, environment: [String: String] = [:], settings: [String] = [],
        certificateFor names: String? = nil,
        access: String? = nil
    ) async throws -> PostgresServer {
        let directory = "\(NSTemporaryDirectory())/cartwright-postgres-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // A copy, because the user that the server runs as may not enter the folder of the build.
        if let library { try FileManager.default.copyItem(atPath: library, toPath: "\(directory)/preload.so") }
        // PostgreSQL refuses to run as root.
        if geteuid() == 0 { try await run("chown", ["postgres", directory]) }
        let programs = try self.programs()
        try await run(
            launcher[0],
            launcher.dropFirst() + [
                "\(programs)/initdb", "-D", "\(directory)/data", "-U", "cartwright", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
        var settings = settings
        if let names {
            let (key, certificate) = ("\(directory)/key.pem", "\(directory)/certificate.pem")
            try await run(
                launcher[0],
                launcher.dropFirst() + [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj",
                    "/CN=db.example", "-addext", "subjectAltName=\(names)", "-keyout", key, "-out", certificate,
                ])
            settings += ["ssl=on", "ssl_key_file=\(key)", "ssl_cert_file=\(certificate)"]
        }
        if let access {
            try (access + "\n").write(toFile: "\(directory)/data/pg_hba.conf", atomically: false, encoding: .utf8)
        }
        try await run(launcher[0], launcher.dropFirst() + ["mkdir", "\(directory)/sockets"])
        let port = try FreePort.next()
        let server = PostgresServer(
            port: port, directory: directory, programs: programs, hasPreload: library != nil, settings: settings,
            process: try launch(programs, in: directory, port: port, environment, hasPreload: library != nil, settings))
        try await server.waitUntilReady()
        return server
    }

    /// Makes a standby that follows this server: a copy of its data, and from there on its log as a stream.
    package func standby() async throws -> PostgresServer {
        let directory = "\(NSTemporaryDirectory())/cartwright-postgres-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        if geteuid() == 0 { try await Self.run("chown", ["postgres", directory]) }
        for command in [
            [
                "\(programs)/pg_basebackup", "-D", "\(directory)/data", "--write-recovery-conf", "--wal-method=stream",
                "--checkpoint=fast", "--no-sync", "-h", "127.0.0.1", "-p", "\(port)", "-U", "cartwright",
            ], ["mkdir", "\(directory)/sockets"],
        ] { try await Self.run(Self.launcher[0], Self.launcher.dropFirst() + command) }
        let port = try FreePort.next()
        let server = PostgresServer(
            port: port, directory: directory, programs: programs, hasPreload: false, settings: settings,
            process: try Self.launch(programs, in: directory, port: port, [:], hasPreload: false, settings))
        try await server.waitUntilReady(for: "read-only connections")
        return server
    }

    /// Makes a standby take writes.
    package func promote() async throws {
        try await Self.run(
            Self.launcher[0], Self.launcher.dropFirst() + ["\(programs)/pg_ctl", "promote", "-D", "\(directory)/data"])
    }

    private init(
        port: Int, directory: String, programs: String, hasPreload: Bool, settings: [String], process: ManagedProcess
    ) {
        self.port = port
        self.directory = directory
        self.programs = programs
        self.hasPreload = hasPreload
        self.settings = settings
        self.process = Mutex(process)
    }

    deinit {
        // SIGQUIT also ends the back-ends, which SIGKILL would leave to find out for themselves.
        current.signal(SIGQUIT)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// `postgres://cartwright@127.0.0.1:port/postgres`
    package var url: String { "postgres://cartwright@127.0.0.1:\(port)/postgres" }

    /// Ends the server and deletes its data. Without it the data may outlast the object, because a server that is
    /// ending still writes.
    package func stop() async throws {
        current.signal(SIGQUIT)
        try await current.waitForExit(within: .seconds(20))
        try FileManager.default.removeItem(atPath: directory)
    }

    /// Ends the server at once, as a crash would, and starts it again on the same data.
    /// - Parameters:
    ///   - absence: how long it stays away.
    ///   - environment: added to the new server's.
    package func restart(after absence: Duration = .zero, environment: [String: String] = [:]) async throws {
        current.signal(SIGQUIT)
        try await current.waitForExit(within: .seconds(20))
        try await letTimePass(absence, because: "the server is away that long")
        let next = try Self.launch(programs, in: directory, port: port, environment, hasPreload: hasPreload, settings)
        process.withLock { $0 = next }
        try await waitUntilReady()
    }

    private var current: ManagedProcess { process.withLock { $0 } }

    private func waitUntilReady(for clients: String = "connections") async throws {
        let server = current
        try await eventually(within: .seconds(30), "PostgreSQL is ready; its log: \(server.log)") {
            guard server.isRunning else { throw CannotStart(description: server.log) }
            return server.log.contains("database system is ready to accept \(clients)")
        }
    }

    private static func launch(
        _ programs: String, in directory: String, port: Int, _ environment: [String: String], hasPreload: Bool,
        _ settings: [String]
    ) throws -> ManagedProcess {
        let preload = hasPreload ? ["LD_PRELOAD": "\(directory)/preload.so"] : [:]
        return try ManagedProcess.start(
            launcher[0],
            arguments: launcher.dropFirst() + [
                "\(programs)/postgres", "-D", "\(directory)/data", "-p", "\(port)", "-c", "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=\(directory)/sockets", "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                "max_connections=100", "-c",
                "timezone=UTC",
            ] + settings.flatMap { ["-c", $0] }, environment: environment.merging(preload) { $1 })
    }

    /// Becomes the user that Debian's package made, when root.
    static var launcher: [String] {
        geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : ["env", "--"]
    }

    /// The folder of the newest version's programs.
    static func programs() throws -> String {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw CannotStart(description: "no PostgreSQL is installed in /usr/lib/postgresql")
        }
        return "/usr/lib/postgresql/\(newest)/bin"
    }

    static func run(_ program: String, _ arguments: [String]) async throws {
        let process = try ManagedProcess.start(program, arguments: arguments)
        guard try await process.waitForExit(within: .seconds(60)) == .code(0) else {
            throw CannotStart(description: process.log)
        }
    }
}
