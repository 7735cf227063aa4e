public import Domain
public import FoundationEssentials

/// One comparison of the provider's books with ours.
public struct ReconciliationRun: Hashable, Sendable {
    /// A run's id.
    public typealias ID = Identifier<ReconciliationRun>

    /// What a run came to.
    public struct Tally: Hashable, Sendable {
        /// How many intents were compared.
        public var intents = 0
        /// How many refunds.
        public var refunds = 0
        /// How many differences there were.
        public var found = 0
        /// How many of them are gone.
        public var healed = 0

        /// Nothing yet.
        public init() {}
    }

    /// The id.
    public let id: ID
    /// Everything the provider made since then is compared.
    public let from: Date
    /// Until then, which is when the run began.
    public let until: Date
}
