/// Why an exchange gave no answer, and whether the other side may have acted on it all the same.
package struct OutboundError: Error, Sendable, Hashable {
    /// Where the exchange broke.
    package enum Code: Sendable, Hashable {
        /// The address cannot be used.
        case badURL
        /// A method, header field, sender or recipient that may not be sent.
        case invalidRequest
        /// The host's name could not be looked up.
        case resolve
        /// No connection could be made.
        case connect
        /// The encrypted connection failed, or the certificate is not to be trusted.
        case tls
        /// A time limit passed.
        case timeout
        /// Writing to the connection failed.
        case sendFailed
        /// Reading from the connection failed.
        case receiveFailed
        /// The connection was closed without an answer.
        case emptyReply
        /// The answer broke off.
        case truncated
        /// The answer was larger than allowed.
        case tooLarge
        /// The answer was not HTTP (or SMTP).
        case protocolViolation
        /// The mail server refused.
        case smtp(SMTPRefusal)
        /// An address has letters beyond ASCII, and the mail server does not take those (SMTPUTF8).
        case needsSMTPUTF8
        /// The calling task was canceled.
        case canceled
        /// The client was closed.
        case closed
    }

    /// What is known about the other side.
    package enum Certainty: Sendable, Hashable {
        /// The request surely did not reach a server that could act on it: it may be repeated freely.
        case notSent
        /// The request, or a part of it, left: it may have been acted upon.
        case ambiguous
    }

    /// Where the exchange broke.
    package let code: Code
    /// Whether the other side may have acted.
    package let certainty: Certainty
    /// A sentence for logs and operators. Holds no credentials, no path and no email address.
    package let message: String

    /// Describes a failure.
    package init(code: Code, certainty: Certainty, message: String) {
        self.code = code
        self.certainty = certainty
        self.message = message
    }

    /// A request that was not even tried.
    static func refused(_ code: Code, _ message: String) -> OutboundError {
        OutboundError(code: code, certainty: .notSent, message: message)
    }
}

extension OutboundError: CustomStringConvertible {
    /// The message, and whether the other side may have acted.
    package var description: String {
        switch certainty {
        case .notSent: message
        case .ambiguous: message + " The request may have been acted upon."
        }
    }
}

extension OutboundError {
    /// The same knowledge of the other side under another code: when what broke the exchange is known better here than
    /// to libcurl.
    func recoded(_ code: Code) -> OutboundError {
        OutboundError(
            code: code, certainty: certainty,
            message: code == .closed ? "The client was closed during the call." : message)
    }
}
