/// One message handed to a mail server.
package struct SMTPSubmission: Sendable {
    /// When an unencrypted `smtp://` connection is upgraded. `smtps://` is encrypted from the start.
    package enum StartTLSPolicy: Sendable, Hashable {
        /// Whenever the server offers it. A certificate that is not to be trusted is an error even then.
        case whenOffered
        /// Always; a server that does not offer it is not used.
        case required
        /// Never: for a server on the same machine.
        case never
    }

    /// `smtp://` or `smtps://`, `[user:password@]host[:port]`; user and password percent-encoded. They are only sent to
    /// a server that offers a way to log in.
    package var url: String
    /// The envelope sender: an address without a name. The domains of all addresses are ASCII; what stands in front of
    /// the @ may not be, and then only a server that offers SMTPUTF8 gets the message.
    package var from: String
    /// The envelope recipients: addresses without names.
    package var recipients: [String]
    /// The whole message, RFC 5322 header and body, lines ending in CR LF. Leading dots are doubled on the way.
    package var data: [UInt8]
    /// When to encrypt.
    package var startTLS: StartTLSPolicy
    /// Limit for name look-up, connecting and TLS together.
    package var connectTimeout: Duration
    /// Limit for the whole exchange.
    package var timeout: Duration

    /// Describes a submission.
    package init(
        url: String, from: String, recipients: [String], data: [UInt8], startTLS: StartTLSPolicy = .whenOffered,
        connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(30)
    ) {
        self.url = url
        self.from = from
        self.recipients = recipients
        self.data = data
        self.startTLS = startTLS
        self.connectTimeout = connectTimeout
        self.timeout = timeout
    }
}

extension SMTPSubmission {
    /// Why the message cannot be sent as it stands, `nil` when it can.
    var defect: OutboundError? {
        if let defect = URLCheck.defect(of: url, schemes: ["smtp", "smtps"]) { return defect }
        guard !recipients.isEmpty, ([from] + recipients).allSatisfy(Self.isEnvelopeAddress) else {
            return .refused(
                .invalidRequest,
                "Sender and recipients must be bare email addresses with domains in ASCII, and there must be a "
                    + "recipient."
            )
        }
        guard !data.isEmpty else { return .refused(.invalidRequest, "There is no message to send.") }
        return nil
    }

    /// Whether only a server that offers SMTPUTF8 can take the addresses (RFC 6531).
    var needsSMTPUTF8: Bool { ([from] + recipients).contains { !$0.utf8.allSatisfy { $0 < 0x80 } } }

    /// No spaces, no brackets and no control characters, so that an address cannot bring a command of its own.
    private static func isEnvelopeAddress(_ text: String) -> Bool {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && !(0x7F...0xA0).contains(scalar.value) && scalar != "<" && scalar != ">"
                && !scalar.properties.isWhitespace
        }
        return isClean && text[at...].utf8.allSatisfy { $0 < 0x80 }
    }
}

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
