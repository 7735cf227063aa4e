/// A mail server's acceptance of a message: from here on the message is the server's to deliver.
package struct SMTPReply: Sendable, Hashable {
    /// The reply code after the end of the message, 250.
    package let code: Int
    /// The server's words, often its own name for the message; at most 512 bytes.
    package let text: String

    /// Puts a reply together.
    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }
}
