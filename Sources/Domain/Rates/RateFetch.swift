/// What a rate source answered.
package enum RateFetch: Sendable, Hashable {
    /// The set already held is still the latest.
    case unchanged
    /// A whole set, and what to ask with next time.
    case set(RateSet, RateValidators)
}
