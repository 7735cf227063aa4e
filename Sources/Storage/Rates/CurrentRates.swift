public import Domain
public import FoundationEssentials

/// The rates in use.
public struct CurrentRates: Hashable, Sendable {
    /// The set.
    public let set: RateSet
    /// The source's tag for conditional requests.
    public let etag: String?
    /// When the source was last asked with success.
    public let checkedAt: Date
}
