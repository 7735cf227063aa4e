package import JobQueue

/// Asks the rate source for a newer set.
package struct RefreshRates: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "rates.refresh"
    /// Where they wait.
    package static let queue = ShopQueue.maintenance.name
    /// How often they are tried.
    package static let retry: RetryPolicy = .exponential(attempts: 6, from: .seconds(5), to: .minutes(10))

    /// A job; there is nothing to say.
    package init() {}
}
