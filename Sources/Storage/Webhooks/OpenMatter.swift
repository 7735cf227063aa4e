public import Domain
public import FoundationEssentials

/// An event that is true and could not be joined to what is stored.
public struct OpenMatter: Hashable, Sendable {
    /// The provider's id of the event.
    public let eventID: String
    /// The provider's name of its kind.
    public let type: String
    /// The provider's id of what it is about.
    public let objectID: String?
    /// Why it is open.
    public let outcome: PaymentEventOutcome
    /// Since when.
    public let since: Date
}
