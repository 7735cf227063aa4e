/// Hands one mail to a server that takes responsibility for delivering it.
package protocol EmailTransport: Sendable {
    /// Returns once the server has accepted the message.
    ///
    /// - Throws: ``EmailFailure/notSent(reason:fault:)`` when it surely did not, ``EmailFailure/outcomeUnknown(reason:)``
    ///   when that cannot be told: sending again could then deliver the mail twice.
    func send(_ message: EmailMessage) async throws(EmailFailure) -> EmailReceipt
}
