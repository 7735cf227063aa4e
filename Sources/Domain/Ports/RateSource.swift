/// Where currency rates come from.
package protocol RateSource: Sendable {
    /// Who publishes them: the ``RateSet/source`` of its sets.
    var name: String { get }

    /// Fetches the latest set, or learns that it is still the one already held.
    ///
    /// - Parameter held: what this source gave with the set already held, `.unknown` to fetch in any case.
    func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch
}
