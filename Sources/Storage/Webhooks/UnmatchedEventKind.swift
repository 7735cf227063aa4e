package import Domain
package import FoundationEssentials

/// An event that is true and could not be joined to what is stored.
package struct UnmatchedEventKind: Hashable, Sendable {
    /// The provider's id of the event.
    package let eventID: String
    /// The provider's name of its kind.
    package let type: String
    /// The provider's id of what it is about.
    package let objectID: String?
    /// Why it is open.
    package let outcome: PaymentEventOutcome
    /// Since when.
    package let since: Date
}
