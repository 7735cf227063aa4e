package import Domain
import FoundationEssentials
import JSON
package import JobQueue
package import Postgres

/// Where a request came from, for the audit log.
package struct AuditOrigin: Hashable, Sendable {
    /// The client's address, as the API saw it.
    package var remoteAddress: String?
    /// The request's id.
    package var requestID: String?

    /// Both are absent where nothing came over the network.
    package init(remoteAddress: String? = nil, requestID: String? = nil) {
        self.remoteAddress = remoteAddress
        self.requestID = requestID
    }
}

/// One line of the audit log. It holds no personal data: people are named by id.
package struct AuditEntry: Hashable, Sendable {
    package var actor: AuditActor
    /// What, as `noun.verb`: `order.placed`, `session.reused`.
    package var action: String
    /// To what kind of thing: `order`, `user`, `stock`.
    package var subjectKind: String
    /// To which one.
    package var subjectID: String
    /// Where the request came from, as the API saw it.
    package var remoteAddress: String?
    /// Further facts as names and values.
    package var details: [String: String]

    package init(
        actor: AuditActor, action: String, subjectKind: String, subjectID: String, remoteAddress: String? = nil,
        details: [String: String] = [:]
    ) {
        self.actor = actor
        self.action = action
        self.subjectKind = subjectKind
        self.subjectID = subjectID
        self.remoteAddress = remoteAddress
        self.details = details
    }
}

extension AuditEntry {
    /// The same with what was changed about jobs or a queue: what it was before, and what it is now. `only` these
    /// names, where not everything was to be changed.
    package func with(_ change: JobChange, only names: Set<String>? = nil) -> AuditEntry {
        var copy = self
        if let before = change.before["state"], let after = change.after["state"] {
            copy.details.merge(["before": before, "after": after]) { $1 }
            return copy
        }
        func chosen(_ values: [String: String]) -> [String: String] {
            values.filter { names?.contains($0.key) ?? true }
        }
        copy.details.merge(chosen(change.after)) { $1 }
        let before = chosen(change.before).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        if !before.isEmpty { copy.details["before"] = before.joined(separator: "; ") }
        return copy
    }
}

/// Who did something.
package enum AuditActor: Hashable, Sendable {
    /// A person with an account.
    case user(User.ID)
    /// A guest, known only by a cart token.
    case guest
    /// The system itself: `worker`, `sweeper`, `cli`…
    case system(String)
}

/// The append-only record of who did what.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
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

    /// The statement that adds an entry, for the transaction that does what the entry says.
    package static func insertion(of entry: AuditEntry) throws -> SQL {
        let details = try JSONCoder.text(entry.details, .canonical)
        return """
            INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id, remote_address, details)
            VALUES (\(entry.actor.kind), \(entry.actor.id), \(entry.action), \(entry.subjectKind), \(entry.subjectID),
                \(entry.remoteAddress),
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
