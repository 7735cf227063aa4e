import Arithmetic

/// How many calls a provider takes, in calls per second. All processes of a shop keep them together.
package struct CallLimits: Sendable, Hashable {
    /// Calls of one endpoint.
    package let perEndpoint: Int
    /// Calls of all endpoints together.
    package let total: Int
    /// How many calls of an endpoint may go out at once after a quiet time.
    package let burst: Int

    /// The defaults are what the payment provider allows; each is brought to at least 1.
    package init(perEndpoint: Int = 25, total: Int = 100, burst: Int = 5) {
        self.perEndpoint = max(1, perEndpoint)
        self.total = max(1, total)
        self.burst = max(1, burst)
    }

    /// No bound that matters: for a provider of which only the circuit counts, and the times it asks for.
    package static let none = CallLimits(perEndpoint: 1_000_000, total: 1_000_000, burst: 1_000_000)

    /// How many calls of all endpoints together may go out at once, in proportion to ``burst``.
    package var totalBurst: Int { max(burst, burst * total / perEndpoint) }

    /// What one process may do when it cannot ask the others: half of it, and never nothing.
    var halved: CallLimits { CallLimits(perEndpoint: perEndpoint / 2, total: total / 2, burst: burst / 2) }
}

/// What a process keeps by itself while it cannot ask Redis: so many at once, and so many a second from then on. The
/// scripts keep everything else, circuits among it.
///
/// It may run into debt: a caller that takes a token that is not there yet is told when it will be. A value; time comes
/// from outside, in milliseconds of any one clock. (J. Turner, "New directions in communications", 1986.)
struct TokenBucket: Sendable, Hashable {
    private let rate: Double
    private let burst: Double
    /// Below zero: taken in advance.
    private var tokens: Double
    private var at: Int64

    /// A full one.
    /// - Parameter rate: tokens a second.
    init(rate: Double, burst: Int, at now: Int64) {
        (self.rate, self.burst, tokens, self.at) = (rate, Double(burst), Double(burst), now)
    }

    /// What is in it now.
    func tokens(at now: Int64) -> Double {
        min(burst, tokens + Double(max(0, now.saturatingSubtract(at))) / 1000 * rate)
    }

    /// How long the next one has to wait, in milliseconds.
    func wait(at now: Int64) -> Int64 {
        let debt = max(0, 1 - tokens(at: now))
        let pause = max(0, at.saturatingSubtract(now))
        return pause.saturatingAdd(Int64(saturating: (debt / rate * 1000).rounded(.up)))
    }

    mutating func take(at now: Int64) { (tokens, at) = (tokens(at: now) - 1, max(at, now)) }

    /// Nothing for so many milliseconds, and then no burst.
    mutating func pause(_ milliseconds: Int64, at now: Int64) {
        tokens = min(0, tokens(at: now))
        at = max(at, now.saturatingAdd(milliseconds))
    }
}
