import Domain

/// Who sends a request.
enum Viewer: Sendable, Equatable {
    case anonymous
    case user(User.ID, Role)

    /// The user, when somebody is logged in.
    var user: User.ID? {
        guard case .user(let id, _) = self else { return nil }
        return id
    }

    /// The row of the access table that speaks about this viewer.
    var audience: Audience {
        switch self {
        case .anonymous: .anonymous
        case .user(_, let role): Audience(role)
        }
    }
}
