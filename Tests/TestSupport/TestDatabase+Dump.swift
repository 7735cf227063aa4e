import Foundation
import Postgres

extension TestDatabase {
    /// A dump or a restore did not go through.
    package struct DumpFailed: Error, CustomStringConvertible {
        /// What the program said.
        package let description: String
    }

    /// Writes everything in it to a file, as `pg_dump -Fc` does.
    package func dump(to file: String) async throws {
        try await Self.run("pg_dump", ["-Fc", "-f", file, url])
    }

    /// Drops it, makes it anew, and fills it from a dump. Whoever else is connected is not any more; the pool's next
    /// connections are new ones.
    package func restore(from file: String) async throws {
        try await recreate()
        try await Self.run("pg_restore", ["--no-owner", "--exit-on-error", "-d", url, file])
        // Each of the pool's old connections is found to be broken once.
        try await eventually(within: .seconds(10), "the pool has new connections") {
            for _ in 0..<8 {
                guard (try? await pool.query("SELECT 1")) != nil else { return false }
            }
            return true
        }
    }

    private static func run(_ program: String, _ arguments: [String]) async throws {
        let process = try ManagedProcess.start("\(try PostgresServer.programs())/\(program)", arguments: arguments)
        guard try await process.waitForExit(within: .seconds(60)) == .code(0) else {
            throw DumpFailed(description: "\(program): \(process.log)")
        }
    }
}
