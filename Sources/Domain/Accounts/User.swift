package import FoundationEssentials

/// A person with an account.
package struct User: Hashable, Sendable {
    package typealias ID = Identifier<User>

    /// The id; the `sub` of access tokens.
    package let id: ID
    /// Where email goes and what is typed at login.
    package let email: EmailAddress
    /// What the shop calls them.
    package let name: String
    /// What they may do.
    package let role: Role
    /// Rises when all tokens given out so far shall end: on a new password, a new role, a disabled account.
    package let sessionVersion: Int
    /// Whether they may log in at all.
    package let isDisabled: Bool
    /// Since when.
    package let createdAt: Date

    /// Puts a user together from stored parts.
    package init(
        id: ID, email: EmailAddress, name: String, role: Role, sessionVersion: Int, isDisabled: Bool, createdAt: Date
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.sessionVersion = sessionVersion
        self.isDisabled = isDisabled
        self.createdAt = createdAt
    }
}

/// What a user may do. Each role may do what those before it may.
package enum Role: String, Hashable, Codable, Sendable, CaseIterable, Comparable {
    /// Buys.
    case customer
    /// Looks into orders.
    case support
    /// Runs the queues, repairs, refunds.
    case `operator`
    /// Changes the catalog and other users.
    case admin

    /// By how much they may do.
    package static func < (left: Self, right: Self) -> Bool { left.level < right.level }

    private var level: Int {
        switch self {
        case .customer: 0
        case .support: 1
        case .operator: 2
        case .admin: 3
        }
    }
}
