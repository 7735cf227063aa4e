import Foundation
import TestSupport
import Testing

/// The built program, run as operators run it: as a process.
struct Program {
    /// Added to the test's own environment.
    var environment: [String: String]

    /// What a run left behind.
    struct Run {
        let status: ManagedProcess.Exit
        /// Standard output and standard error.
        let output: String

        /// The output as JSON.
        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    /// Lies beside the test program, where the build puts both.
    static var path: String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
            path: "cartwright"
        ).path
    }

    /// Runs a command to its end.
    func run(_ arguments: String...) async throws -> Run { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Run {
        let process = try ManagedProcess.start(Self.path, arguments: arguments, environment: environment)
        let status = try await process.waitForExit(within: .seconds(60))
        let output = process.log
        try? FileManager.default.removeItem(atPath: process.logFile)
        return Run(status: status, output: output)
    }
}

extension Program {
    /// Begins the keys of the suite's queues. Database names are longer than a prefix may be.
    static func queuePrefix(of database: TestDatabase) -> String { String(database.name.suffix(24)) }

    /// Against the suite's database and the shared Redis, with keys of its own there.
    static func forCurrentDatabase() throws -> Program {
        let database = try TestDatabase.current
        return Program(environment: [
            "DATABASE_URL": database.url, "REDIS_URL": try TestEnvironment.redisURL,
            "REDIS_KEY_PREFIX": queuePrefix(of: database),
            "COLUMNS": "200", "ADMIN_EMAIL": "", "ADMIN_PASSWORD": "",
        ])
    }
}
