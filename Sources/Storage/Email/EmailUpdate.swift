package import Domain

/// What the provider's events changed for a mail.
package struct EmailUpdate: Hashable, Sendable {
    /// Whether there is such a mail. There is none when the database was restored to an earlier state.
    package let isKnown: Bool
    /// Whether its outcome was unknown, and is no longer.
    package let wasUnknown: Bool
    /// Why it bounced, when that is news.
    package let bounce: EmailEvent?

    /// Puts news together.
    package init(isKnown: Bool, wasUnknown: Bool, bounce: EmailEvent?) {
        self.isKnown = isKnown
        self.wasUnknown = wasUnknown
        self.bounce = bounce
    }
}
