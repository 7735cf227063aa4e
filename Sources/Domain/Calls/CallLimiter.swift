/// Limits and circuit of one provider together: the rules that all processes follow. A value; time comes from outside,
/// in milliseconds of any one clock.
package struct CallLimiter: Sendable, Hashable {
    /// How long calls stop, in milliseconds, when the provider asks to slow down without naming a time.
    package static let slowDown: Int64 = 1_000

    /// Whether a call may be made.
    package enum Answer: Sendable, Hashable {
        /// In so many milliseconds, with this generation of the circuit.
        case go(after: Int64, generation: Int64)
        /// Ask again in so many milliseconds.
        case wait(Int64, Admission.Reason)
    }

    private let limits: CallLimits
    /// The longest wait for its turn that a call is given, in milliseconds.
    private let patience: Int64
    private var endpoints: [String: TokenBucket] = [:]
    private var all: TokenBucket?
    /// The circuit.
    package private(set) var circuit = CircuitBreaker()

    /// Nothing was called yet.
    package init(_ limits: CallLimits, patience: Int64) {
        self.limits = limits
        self.patience = patience
    }

    /// Whether an endpoint may be called. A call that may not uses nothing up.
    package mutating func admit(_ endpoint: String, at now: Int64) -> Answer {
        if let wait = circuit.wait(at: now) { return .wait(wait, .circuit) }
        let own = endpoints[endpoint, default: TokenBucket(burst: limits.burst, at: now)]
            .taking(rate: limits.perEndpoint, burst: limits.burst, at: now)
        let shared = (all ?? TokenBucket(burst: limits.totalBurst, at: now))
            .taking(rate: limits.total, burst: limits.totalBurst, at: now)
        let wait = max(own.wait, shared.wait)
        guard wait <= patience else { return .wait(wait, .turn) }
        (endpoints[endpoint], all) = (own.bucket, shared.bucket)
        circuit.began()
        return .go(after: wait, generation: circuit.generation)
    }

    /// Takes note of how a call ended. Returns whether that opened or closed the circuit.
    package mutating func record(_ verdict: CircuitBreaker.Verdict, generation: Int64, at now: Int64) -> Bool {
        circuit.record(verdict, generation: generation, at: now)
    }

    /// The provider asks to slow down, for so many milliseconds where it says. Counts as a failure, once for each
    /// pause: a provider that only asks to slow down is as good as away. Returns whether that opened the circuit.
    package mutating func slowDown(_ endpoint: String, for pause: Int64?, generation: Int64, at now: Int64) -> Bool {
        var bucket = endpoints[endpoint, default: TokenBucket(burst: limits.burst, at: now)]
        let isNews = bucket.slowDown(
            for: pause ?? Self.slowDown, rate: limits.perEndpoint, burst: limits.burst, at: now)
        endpoints[endpoint] = bucket
        return isNews ? circuit.record(.fails, generation: generation, at: now) : false
    }
}
