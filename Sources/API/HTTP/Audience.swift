import Domain

/// Who sends a request, as far as it matters for what they may do.
enum Caller: String, CaseIterable, Sendable {
    case anonymous, customer, support, `operator`, admin

    init(_ role: Role) {
        switch role {
        case .customer: self = .customer
        case .support: self = .support
        case .operator: self = .operator
        case .admin: self = .admin
        }
    }
}

/// Who sends a request.
enum Viewer: Sendable, Equatable {
    case anonymous
    case user(User.ID, Role)

    /// The user, when the caller is logged in.
    var user: User.ID? {
        guard case .user(let id, _) = self else { return nil }
        return id
    }

    var caller: Caller {
        switch self {
        case .anonymous: .anonymous
        case .user(_, let role): Caller(role)
        }
    }
}

/// Who may call a route, and how the route finds out who calls.
///
/// The document says the same of each operation under `security`, and a test compares the two.
struct Audience: Sendable, Equatable {
    let callers: Set<Caller>
    /// A route that takes no notice of access tokens must not fail for an expired one: a client renews it right there.
    let readsToken: Bool
    /// A cart token stands in for an access token.
    let takesCartToken: Bool
    /// The token may be 15 minutes old. Where money or a role is concerned, the account is looked up: it must be
    /// neither disabled nor logged out everywhere since, and the role is today's.
    private(set) var checksAccount: Bool

    /// The same, with the account looked up.
    var checkingAccount: Audience {
        var copy = self
        copy.checksAccount = true
        return copy
    }

    /// Every caller; tokens are not looked at.
    static let everyone = Audience(
        callers: Set(Caller.allCases), readsToken: false, takesCartToken: false, checksAccount: false)
    /// Every caller; a token, when there is one, must be valid.
    static let shoppers = Audience(
        callers: Set(Caller.allCases), readsToken: true, takesCartToken: true, checksAccount: false)
    /// Users, and guests with a cart token.
    static let buyers = Audience(callers: users.callers, readsToken: true, takesCartToken: true, checksAccount: false)
    /// Every caller who is logged in.
    static let users = Audience(
        callers: [.customer, .support, .operator, .admin], readsToken: true, takesCartToken: false,
        checksAccount: false)
    /// Those who look into things.
    static let support = Audience(
        callers: [.support, .operator, .admin], readsToken: true, takesCartToken: false, checksAccount: true)
    /// Those who repair things.
    static let operators = Audience(
        callers: [.operator, .admin], readsToken: true, takesCartToken: false, checksAccount: true)

    /// Whether a caller is let in.
    func admits(_ caller: Caller, holdsCartToken: Bool) -> Bool {
        callers.contains(caller) || (takesCartToken && holdsCartToken && caller == .anonymous)
    }
}
