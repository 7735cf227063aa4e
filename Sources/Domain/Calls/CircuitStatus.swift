public import FoundationEssentials

/// Where the circuit of a provider stands, for people and for whoever plans ahead.
public struct CircuitStatus: Sendable, Hashable {
    /// Whether calls go through.
    public let state: CircuitBreaker.State
    /// How long no call goes through.
    public let remaining: Duration
    /// How many calls may be under way, `nil` for any number.
    public let allowance: Int?
    /// Since when the provider fails, `nil` while the circuit is closed.
    public let since: Date?
    /// What the failure that opened it was.
    public let reason: String?

    /// Puts a status together.
    public init(
        state: CircuitBreaker.State, remaining: Duration = .zero, allowance: Int? = nil, since: Date? = nil, reason: String? = nil
    ) {
        self.state = state
        self.remaining = remaining
        self.allowance = allowance
        self.since = since
        self.reason = reason
    }

    /// Calls go through.
    public static let closed = CircuitStatus(state: .closed)
}
