import Foundation
import Storage

/// Writes what operators do here into the audit log.
struct OperatorLog: Sendable {
    let log: AuditLog

    /// Whoever sits in front of the screen, by the name of the system's user.
    static var actor: AuditActor { .system("cli:\(ProcessInfo.processInfo.userName)") }

    /// Notes an action that has been carried out, under the name of the system's user.
    func note(_ action: String, _ subjectKind: String, _ subjectID: String, details: [String: String] = [:]) async throws {
        var details = details
        // Through sudo everybody is root; sudo says who it really was.
        if let name = ProcessInfo.processInfo.environment["SUDO_USER"] { details["sudo_user"] = name }
        try await log.append([
            AuditEntry(
                actor: Self.actor, action: action, subjectKind: subjectKind, subjectID: subjectID,
                details: details)
        ])
    }
}
