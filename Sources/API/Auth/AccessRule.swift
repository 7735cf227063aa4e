/// Who may call a route, and whether their token is looked at.
struct AccessRule: Sendable, Equatable {
    let audiences: Set<Audience>
    /// A route that takes no notice of tokens must not fail for an expired one: a client renews it right there.
    let readsToken: Bool
    /// The role in the token may be 15 minutes old. Where it opens doors, it is looked up again.
    let asksDatabase: Bool
    /// As many bytes as a body may have.
    var bodyBytes = Limits.bodyBytes

    /// The same with room for larger bodies.
    func bodies(upTo bytes: Int) -> AccessRule {
        var copy = self
        copy.bodyBytes = bytes
        return copy
    }

    /// Everybody; tokens are not looked at.
    static let open = AccessRule(audiences: Set(Audience.allCases), readsToken: false, asksDatabase: false)
    /// Everybody; a token, when there is one, must be valid.
    static let guests = AccessRule(audiences: Set(Audience.allCases), readsToken: true, asksDatabase: false)
    /// Everybody; but a user must not have been disabled or logged out everywhere since the token was issued, because
    /// it is about money.
    static let buyers = AccessRule(audiences: Set(Audience.allCases), readsToken: true, asksDatabase: true)
    /// Everybody who is logged in.
    static let users = AccessRule(
        audiences: [.customer, .support, .operator, .admin], readsToken: true, asksDatabase: false)
    /// Those who look into things.
    static let staff = AccessRule(audiences: [.support, .operator, .admin], readsToken: true, asksDatabase: true)
    /// Those who repair things.
    static let operators = AccessRule(audiences: [.operator, .admin], readsToken: true, asksDatabase: true)
}
