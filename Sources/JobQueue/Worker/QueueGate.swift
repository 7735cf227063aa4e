/// Holds the jobs of a queue back while they could only fail: asked before each claim of this process. Jobs that are
/// not claimed wait in their list and use up no attempt, which costs nothing however many they are.
///
///     struct ProviderGate: QueueGate {
///         func allowance() async -> QueueAllowance { await provider.isAway ? .closed(.seconds(5)) : .open }
///     }
public protocol QueueGate: Sendable {
    /// What may be claimed now. Asked whenever there may be jobs, so it should answer from memory as a rule.
    func allowance() async -> QueueAllowance
}

/// What a ``QueueGate`` lets through.
public enum QueueAllowance: Hashable, Sendable {
    /// As many jobs as there are free slots for.
    case open
    /// Jobs as long as no more than so many run in this process.
    case atMost(Int)
    /// None. How long that will last; the gate is asked again after a second at the latest.
    case closed(Duration)

    /// How many of the free slots may be filled while so many jobs run, and how long to wait before asking again, `nil`
    /// when that changes nothing.
    func limiting(free: Int, running: Int) -> (free: Int, pause: Duration?) {
        switch self {
        case .open: return (free, nil)
        case .atMost(let limit):
            let permitted = min(free, max(0, limit - running))
            return (permitted, permitted < free ? .milliseconds(100) : nil)
        case .closed(let time): return (0, min(max(time, .milliseconds(10)), .seconds(1)))
        }
    }
}
