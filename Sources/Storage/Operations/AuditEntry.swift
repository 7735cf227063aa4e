/// One line of the audit log. It holds no personal data: people are named by id.
public struct AuditEntry: Hashable, Sendable {
    /// Who.
    public var actor: AuditActor
    /// What, as `noun.verb`: `order.placed`, `session.reused`.
    public var action: String
    /// To what kind of thing: `order`, `user`, `stock`.
    public var subjectKind: String
    /// To which one.
    public var subjectID: String
    /// Where the request came from, as the API saw it.
    public var remoteAddress: String?
    /// Further facts as names and values.
    public var details: [String: String]

    /// Describes what was done.
    public init(
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
