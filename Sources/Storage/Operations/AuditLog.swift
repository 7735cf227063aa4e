import Domain
import FoundationEssentials
package import Postgres

/// The append-only record of who did what.
package struct AuditLog: Sendable {
    let database: PostgresPool

    /// The log in this database.
    package init(database: PostgresPool) {
        self.database = database
    }

    /// Adds entries, all or none.
    package func append(_ entries: [AuditEntry]) async throws {
        if entries.isEmpty { return }
        try await database.execute(entries.map { try Self.insertion(of: $0) })
    }

    /// The statement that adds an entry, for the transaction that does what it tells of.
    package static func insertion(of entry: AuditEntry) throws -> SQL {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let details = String(decoding: try encoder.encode(entry.details), as: UTF8.self)
        return """
            INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id, remote_address, details)
            VALUES (\(entry.actor.kind), \(entry.actor.id), \(entry.action), \(entry.subjectKind), \(entry.subjectID), \(entry.remoteAddress),
                    \(details)::jsonb)
            """
    }
}

extension AuditActor {
    var kind: String {
        switch self {
        case .user: "user"
        case .guest: "guest"
        case .system: "system"
        }
    }

    var id: String? {
        switch self {
        case .user(let id): id.description
        case .guest: nil
        case .system(let name): name
        }
    }
}
