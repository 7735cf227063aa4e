package import Domain
package import FoundationEssentials

/// A set of rates as it is stored, with what became of it.
package struct RateSetRecord: Hashable, Sendable {
    /// What became of a set.
    package enum Status: String, Hashable, Sendable, CaseIterable {
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
    package let set: RateSet
    /// What became of it.
    package let status: Status
    /// What to ask its source with.
    package let validators: RateValidators
    /// When it came.
    package let fetchedAt: Date
    /// When the source last said that it is still the latest.
    package let checkedAt: Date
}
