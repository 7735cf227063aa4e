import Foundation
public import Postgres

/// The ledger's tables.
public enum JobQueueMigrations {
    /// Migrations `job_queue/0001…`, forward only.
    public static func set() throws -> MigrationSet {
        try MigrationSet.load(name: "job_queue", from: Bundle.module.bundleURL.appending(path: "Migrations"))
    }
}
