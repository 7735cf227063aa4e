package import FoundationEssentials

/// Where the circuit of a provider stands, for people and for whoever plans ahead.
package struct CircuitStatus: Sendable, Hashable {
    /// Whether calls go through.
    package let state: CircuitBreaker.State
    /// How long no call goes through.
    package let remaining: Duration
    /// How many calls may be under way, `nil` for any number.
    package let allowance: Int?
    /// Since when the provider fails, `nil` while the circuit is closed.
    package let since: Date?
    /// What the failure that opened it was.
    package let reason: String?

    /// Puts a status together.
    package init(
        state: CircuitBreaker.State, remaining: Duration = .zero, allowance: Int? = nil, since: Date? = nil,
        reason: String? = nil
    ) {
        self.state = state
        self.remaining = remaining
        self.allowance = allowance
        self.since = since
        self.reason = reason
    }

    /// Calls go through.
    package static let closed = CircuitStatus(state: .closed)
}
