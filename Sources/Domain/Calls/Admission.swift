/// Whether a provider may be called.
package enum Admission: Sendable, Hashable {
    /// It may, once the time is over. What became of the call is to be reported with the ticket.
    case go(CallTicket, after: Duration)
    /// Not now, and nothing was counted. Ask again after the time.
    case wait(Duration, Reason)

    /// Why a call has to wait.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Others are before it, or the provider has asked for a pause.
        case turn
        /// The provider fails; see ``CircuitBreaker``.
        case circuit
    }
}

/// Joins the report of a call to its admission.
package struct CallTicket: Sendable, Hashable {
    /// The circuit's ``CircuitBreaker/generation`` at the admission.
    package let generation: Int64
    /// Whether all processes took part in the admission, or this one alone.
    package let isShared: Bool

    /// A ticket of a gate.
    package init(generation: Int64, isShared: Bool) {
        self.generation = generation
        self.isShared = isShared
    }
}
