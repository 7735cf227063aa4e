import Domain

/// Whom a valid access token speaks for, as of its issue.
struct TokenSubject: Sendable, Equatable {
    let user: User.ID
    let role: Role
    let sessionVersion: Int
}
