/// The mail provider's record of what it accepted: the way to settle a sending whose answer was lost.
public protocol MailActivity: Sendable {
    /// Whether the provider accepted a message with this Message-ID (with its angle brackets).
    ///
    /// - Throws: ``MailFailure/outcomeUnknown(reason:)`` when the look-up itself failed, so that the question stays open.
    func wasAccepted(messageID: String) async throws(MailFailure) -> Bool
}
