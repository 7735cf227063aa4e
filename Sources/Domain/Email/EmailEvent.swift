package import FoundationEssentials

/// An event that the email provider reports about an email that it has accepted.
package struct EmailEvent: Hashable, Sendable {
    /// The delivery it is about.
    package let deliveryID: EmailDelivery.ID
    /// The provider's own name for the message.
    package let messageID: String
    /// What happened, in the provider's word, such as `delivered` or `bounce`.
    package let name: String
    /// Why, in the provider's words.
    package let reason: String?
    /// When it happened, to the second.
    package let at: Date

    package init(deliveryID: EmailDelivery.ID, messageID: String, name: String, reason: String?, at: Date) {
        self.deliveryID = deliveryID
        self.messageID = messageID
        self.name = name
        self.reason = reason
        self.at = at
    }

    /// Whether it says that the email did not arrive or was not wanted: the address bounced, the provider did not even
    /// try, or the reader complained.
    package var isBounce: Bool { Self.bounces.contains(name) }

    private static let bounces: Set<String> = ["bounce", "dropped", "spamreport"]
}

/// The email provider's record of what it accepted: the way to settle a sending whose answer was lost.
package protocol EmailActivity: Sendable {
    /// What the record says of a delivery that was sent under this Message-ID (with its angle brackets).
    ///
    /// - Throws: ``EmailFailure/outcomeUnknown(reason:)`` when the look-up itself failed, so that the question stays
    ///   open.
    func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace
}
