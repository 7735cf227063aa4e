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
    package var halved: CallLimits {
        CallLimits(perEndpoint: perEndpoint / 2, total: total / 2, burst: burst / 2)
    }
}
