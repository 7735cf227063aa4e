/// Where currency rates come from.
public protocol RateSource: Sendable {
    /// Fetches the latest set, or learns that it is still the one already held.
    ///
    /// - Parameter etag: the ``RateFetch/set(_:etag:)`` tag of the set already held, `nil` to fetch in any case.
    func fetch(ifChangedFrom etag: String?) async throws(RateFailure) -> RateFetch
}
