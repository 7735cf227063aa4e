/// Hands one mail to a server that takes responsibility for delivering it.
package protocol MailTransport: Sendable {
    /// Returns once the server has accepted the message.
    ///
    /// - Throws: ``MailFailure/notSent(reason:fault:)`` when it surely did not, ``MailFailure/outcomeUnknown(reason:)``
    ///   when that cannot be told: sending again could then deliver the mail twice.
    func send(_ message: MailMessage) async throws(MailFailure) -> MailReceipt
}
