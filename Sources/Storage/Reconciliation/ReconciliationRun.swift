package import Domain
package import FoundationEssentials

/// One comparison of the provider's books with ours.
package struct ReconciliationRun: Hashable, Sendable {
    /// A run's id.
    package typealias ID = Identifier<ReconciliationRun>

    /// What a run came to.
    package struct Tally: Hashable, Sendable {
        /// How many intents were compared.
        package var intents = 0
        /// How many refunds.
        package var refunds = 0
        /// How many differences there were.
        package var found = 0
        /// How many of them are gone.
        package var healed = 0

        /// Nothing yet.
        package init() {}
    }

    /// The id.
    package let id: ID
    /// Everything the provider made since then is compared.
    package let from: Date
    /// Until then, which is when the run began.
    package let until: Date
}
