/// A mail server's word that it has taken a message over.
package struct EmailReceipt: Sendable, Hashable {
    /// The server's own name for the message where it gave one, such as `2.0.0 Ok: queued as 4F3B2`.
    package let reference: String?

    /// Keeps the server's answer.
    package init(reference: String?) {
        self.reference = reference
    }
}
