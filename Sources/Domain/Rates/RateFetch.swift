/// What a rate source answered.
public enum RateFetch: Sendable, Hashable {
    /// The set already held is still the latest.
    case unchanged
    /// A whole set, and the tag to ask with next time where the source gave one.
    case set(RateSet, etag: String?)
}
