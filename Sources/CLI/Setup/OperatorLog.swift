import Foundation
import Storage

/// Writes what operators do here into the audit log.
struct OperatorLog: Sendable {
    let log: AuditLog

    /// Whoever sits in front of the screen, by the name of the system's user.
    static var actor: AuditActor { .system("cli:\(ProcessInfo.processInfo.userName)") }

    /// What this machine calls itself. `ProcessInfo` would ask a name server.
    static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays zero, whatever the length of the name.
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Notes an action that has been carried out, under the name of the system's user.
    func note(_ action: String, _ subjectKind: String, _ subjectID: String, details: [String: String] = [:])
        async throws
    {
        try await log.append([Self.entry(action, subjectKind, subjectID, details: details)])
    }

    /// The entry of an action, for the transaction that carries it out.
    static func entry(_ action: String, _ subjectKind: String, _ subjectID: String, details: [String: String] = [:])
        -> AuditEntry
    {
        var details = details
        // Through sudo everybody is root; sudo says who it really was.
        if let name = ProcessInfo.processInfo.environment["SUDO_USER"] { details["sudo_user"] = name }
        // No request has brought it, so there is no address; the machine's name stands for one.
        details["host"] = hostName
        return AuditEntry(
            actor: actor, action: action, subjectKind: subjectKind, subjectID: subjectID, details: details)
    }
}
