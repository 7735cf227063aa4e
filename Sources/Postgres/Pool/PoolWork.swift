/// What a caller wants done on a connection, and how it learns of the end. Exactly one of the two closures is called,
/// once.
struct PoolWork: Sendable {
    /// Runs on the connection's thread and answers the caller.
    let run: @Sendable (Session) -> Void
    /// Tells the caller that it never ran.
    let fail: @Sendable (any Error) -> Void
}
