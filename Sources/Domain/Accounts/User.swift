public import FoundationEssentials

/// Somebody with an account.
public struct User: Hashable, Sendable {
    /// A user's id.
    public typealias ID = Identifier<User>

    /// The id; the `sub` of access tokens.
    public let id: ID
    /// Where mail goes and what is typed at login.
    public let email: EmailAddress
    /// What the shop calls them.
    public let name: String
    /// What they may do.
    public let role: Role
    /// Rises when all tokens given out so far shall end: on a new password, a new role, a disabled account.
    public let sessionVersion: Int
    /// Whether they may log in at all.
    public let isDisabled: Bool
    /// Since when.
    public let createdAt: Date

    /// Puts a user together from stored parts.
    public init(id: ID, email: EmailAddress, name: String, role: Role, sessionVersion: Int, isDisabled: Bool, createdAt: Date) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.sessionVersion = sessionVersion
        self.isDisabled = isDisabled
        self.createdAt = createdAt
    }
}
