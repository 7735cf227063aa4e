public import Domain
public import FoundationEssentials

/// A set of rates as it is stored, with what became of it.
public struct RateSetRecord: Hashable, Sendable {
    /// What became of a set.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Prices are converted with it.
        case current
        /// Another one took its place, in use or in waiting.
        case superseded
        /// It moved too far and waits for an operator.
        case held
        /// An operator turned it down.
        case rejected
    }

    /// The set.
    public let set: RateSet
    /// What became of it.
    public let status: Status
    /// What to ask its source with.
    public let validators: RateValidators
    /// When it came.
    public let fetchedAt: Date
    /// When the source last said that it is still the latest.
    public let checkedAt: Date
}
