public import Domain

/// What the provider's events changed for a mail.
public struct MailNews: Hashable, Sendable {
    /// Whether there is such a mail. There is none when the database was restored to an earlier state.
    public let isKnown: Bool
    /// Whether its outcome was unknown, and is no longer.
    public let wasUnknown: Bool
    /// Why it bounced, when that is news.
    public let bounce: MailEvent?

    /// Puts news together.
    public init(isKnown: Bool, wasUnknown: Bool, bounce: MailEvent?) {
        self.isKnown = isKnown
        self.wasUnknown = wasUnknown
        self.bounce = bounce
    }
}
