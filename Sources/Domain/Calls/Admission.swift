/// Whether a provider may be called.
public enum Admission: Sendable, Hashable {
    /// It may, once the time is over. What became of the call is to be reported with the ticket.
    case go(CallTicket, after: Duration)
    /// Not now, and nothing was counted. Ask again after the time.
    case wait(Duration, Reason)

    /// Why a call has to wait.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Others are before it, or the provider has asked for a pause.
        case turn
        /// The provider fails; see ``CircuitBreaker``.
        case circuit
    }
}

/// Joins the report of a call to its admission.
public struct CallTicket: Sendable, Hashable {
    /// The circuit's ``CircuitBreaker/generation`` at the admission.
    public let generation: Int64
    /// Whether all processes took part in the admission, or this one alone.
    public let isShared: Bool

    /// A ticket of a gate.
    public init(generation: Int64, isShared: Bool) {
        self.generation = generation
        self.isShared = isShared
    }
}
