/// Keeps the limits of one provider, and its circuit: every call asks first and reports afterwards.
package protocol CallGate: Sendable {
    /// Whose calls these are.
    var provider: Provider { get }

    /// Whether an endpoint may be called now. Never fails: without the others a process keeps limits of its own.
    func admit(_ endpoint: String) async -> Admission

    /// Takes note of how an admitted call ended.
    func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async
}
