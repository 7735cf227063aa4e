package import Domain

/// Who did something.
package enum AuditActor: Hashable, Sendable {
    /// Somebody with an account.
    case user(User.ID)
    /// A guest, known only by a cart token.
    case guest
    /// The system itself: `worker`, `sweeper`, `cli`…
    case system(String)
}
