/// Keeps the limits of one provider, and its circuit: every call asks first and reports afterwards.
package protocol RateLimiter: Sendable {
    /// Whose calls these are, as it stands in keys, logs and metrics.
    var name: String { get }

    /// Whether an endpoint may be called now. Never fails: without the others a process keeps limits of its own.
    func admit(_ endpoint: String) async -> Admission

    /// Takes note of how an admitted call ended.
    func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async
}

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
        /// The provider fails; see ``CircuitRules``.
        case circuit
    }
}

/// Joins the report of a call to its admission.
package struct CallTicket: Sendable, Hashable {
    /// Counts openings of the circuit. How a call ended that was admitted before the last of them says nothing about
    /// now.
    package let generation: Int64
    /// Whether all processes took part in the admission, or this one alone.
    package let isShared: Bool

    package init(generation: Int64, isShared: Bool) {
        self.generation = generation
        self.isShared = isShared
    }
}

/// What a call that has ended says about its provider.
package enum CallOutcome: Sendable, Hashable {
    /// It answered, be it with a no.
    case answered
    /// It refused the call for coming too fast, and may have named a time.
    case slowDown(Duration?)
    /// It was not reached, did not answer, or answered nonsense; and how, for people.
    case failed(String)
    /// It does not accept us; and why, for people.
    case refused(String)

    /// The script's word for it.
    var word: String {
        switch self {
        case .answered: "works"
        case .slowDown: "slow"
        case .failed: "fails"
        case .refused: "refuses"
        }
    }

    var reason: String {
        switch self {
        case .answered: ""
        case .slowDown: "it asks to be called less often"
        case .failed(let reason), .refused(let reason): reason
        }
    }
}
