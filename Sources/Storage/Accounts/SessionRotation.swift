package import Domain

/// What became of a refresh token that was handed in.
package enum SessionRotation: Hashable, Sendable {
    /// It was good, or is the direct predecessor and was used a moment ago. It is used up now and the new one counts.
    case rotated(User)
    /// It had been used before: somebody has a copy. The whole family is revoked.
    case reused(User.ID)
    /// It, or its family, is over: too old, logged out or revoked.
    case ended
    /// Nobody was ever given this token.
    case unknown
}
