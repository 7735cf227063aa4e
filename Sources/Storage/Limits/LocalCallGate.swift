import Arithmetic
import Domain
import Synchronization

/// The limits of one process that cannot ask the others, by its own clock.
final class LocalCallGate: Sendable {
    private let limiter: Mutex<CallLimiter>
    private let start = ContinuousClock.now

    init(_ limits: CallLimits, patience: Duration) {
        limiter = Mutex(CallLimiter(limits, patience: patience.wholeMilliseconds))
    }

    private var now: Int64 { (ContinuousClock.now - start).wholeMilliseconds }

    var circuit: CircuitStatus {
        let now = now
        return limiter.withLock { CircuitStatus($0.circuit, at: now) }
    }

    func admit(_ endpoint: String) -> Admission {
        let now = now
        switch limiter.withLock({ $0.admit(endpoint, at: now) }) {
        case .go(let wait, let generation):
            return .go(CallTicket(generation: generation, isShared: false), after: .milliseconds(wait))
        case .wait(let wait, let reason): return .wait(.milliseconds(wait), reason)
        }
    }

    /// Returns whether that opened or closed the circuit.
    func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) -> Bool {
        let now = now
        return limiter.withLock { limiter in
            switch outcome {
            case .slowDown(let pause):
                limiter.slowDown(endpoint, for: pause?.wholeMilliseconds, generation: ticket.generation, at: now)
            case .answered, .failed, .refused:
                limiter.record(outcome.verdict, generation: ticket.generation, at: now)
            }
        }
    }
}

extension CircuitStatus {
    init(_ circuit: CircuitBreaker, at now: Int64) {
        self.init(
            state: circuit.state(at: now), remaining: .milliseconds(circuit.remaining(at: now)),
            allowance: circuit.allowance(at: now))
    }
}

extension CallOutcome {
    /// What it says of the provider; a wish to go slower counts as a failure.
    var verdict: CircuitBreaker.Verdict {
        switch self {
        case .answered: .works
        case .slowDown, .failed: .fails
        case .refused: .refuses
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
