/// A mail server's word that it has taken a message over.
public struct MailReceipt: Sendable, Hashable {
    /// The server's own name for the message where it gave one, such as `2.0.0 Ok: queued as 4F3B2`.
    public let reference: String?

    /// Keeps the server's answer.
    public init(reference: String?) {
        self.reference = reference
    }
}
