/// The mail provider's record of what it accepted: the way to settle a sending whose answer was lost.
package protocol EmailActivity: Sendable {
    /// What the record says of a delivery that was sent under this Message-ID (with its angle brackets).
    ///
    /// - Throws: ``EmailFailure/outcomeUnknown(reason:)`` when the look-up itself failed, so that the question stays
    ///   open.
    func trace(of delivery: EmailDelivery, messageID: String) async throws(EmailFailure) -> EmailTrace
}
