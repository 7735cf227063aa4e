import Foundation
package import Postgres

/// The shop's tables.
package enum ShopMigrations {
    /// Migrations `shop/0001…`, forward only.
    /// - Throws: when the files that belong to this program are not there or are numbered wrongly.
    package static func set() throws -> MigrationSet {
        try MigrationSet.load(name: "shop", from: Bundle.module.bundleURL.appending(path: "Migrations"))
    }
}

/// The user of API, worker and operators' commands, where tables belong to another one: reads and writes rows, and
/// nothing else.
package struct DatabaseRole: Sendable {
    /// As whom a pool's connections are logged in.
    /// - Throws: `PostgresError`.
    package static func name(of database: PostgresPool) async throws -> String {
        try await database.query("SELECT current_user::text")[0][0]
    }

    /// Gives `role` what the programs need in the tables of `owner`, now and of tables that are made later. The audit
    /// log and the history of stock it can only add to, and the list of migrations only read.
    /// - Throws: `PostgresError`; what was granted before it stays granted.
    package static func grant(to role: String, by owner: PostgresPool) async throws {
        let schema: String = try await owner.query("SELECT current_schema()::text")[0][0]
        try await owner.execute([
            "GRANT USAGE ON SCHEMA \(identifier: schema) TO \(identifier: role)",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(identifier: schema) TO \(identifier: role)",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA \(identifier: schema) TO \(identifier: role)",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \(identifier: schema) TO \(identifier: role)",
            "REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM \(identifier: role)",
            "REVOKE UPDATE, DELETE ON audit_log, stock_changes, stock_requests FROM \(identifier: role)",
            """
            ALTER DEFAULT PRIVILEGES IN SCHEMA \(identifier: schema)
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \(identifier: role)
            """,
            """
            ALTER DEFAULT PRIVILEGES IN SCHEMA \(identifier: schema)
                GRANT USAGE, SELECT ON SEQUENCES TO \(identifier: role)
            """,
        ])
    }
}
