import JSON

/// One answer of the SMTP sink: a code and one or more lines (RFC 5321 section 4.2).
struct SMTPReply: Sendable, Equatable {
    let code: Int
    let lines: [String]

    init(_ code: Int, _ lines: String...) {
        self.code = code
        self.lines = lines
    }

    init(_ code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// As it goes over the wire: all lines but the last with a hyphen after the code.
    var wire: String {
        lines.enumerated().map { index, line in "\(code)\(index == lines.count - 1 ? " " : "-")\(line)\r\n" }.joined()
    }

    static let greeting = SMTPReply(220, "localhost Cartwright sandbox: takes mail for tests, delivers none")
    static let ok = SMTPReply(250, "2.0.0 OK")
    static let bye = SMTPReply(221, "2.0.0 Bye")
    static let badSequence = SMTPReply(503, "5.5.1 Bad sequence of commands")
    static let askUser = SMTPReply(334, "VXNlcm5hbWU6")
    static let askPassword = SMTPReply(334, "UGFzc3dvcmQ6")
    static let authenticated = SMTPReply(235, "2.7.0 Authentication successful")
    static let wrongCredentials = SMTPReply(535, "5.7.8 Authentication credentials invalid")
    static let authenticationCanceled = SMTPReply(501, "5.7.0 Authentication canceled")
    static let authenticationRequired = SMTPReply(530, "5.7.0 Authentication required")
    static let encryptionRequired = SMTPReply(530, "5.7.0 Must issue a STARTTLS command first")
    static let encryptionFailed = SMTPReply(454, "4.7.0 TLS not available due to temporary reason")
    static let notInternational = SMTPReply(553, "5.6.7 Non-ASCII addresses not permitted without SMTPUTF8")
    static let tooLarge = SMTPReply(552, "5.3.4 Message exceeds \(SMTPSession.maximumSize) bytes")
    static let lineTooLong = SMTPReply(500, "5.5.2 Line too long")
    static let temporary = SMTPReply(451, "4.3.0 Try again later (injected by the sandbox)")
    static let permanent = SMTPReply(550, "5.1.1 Mailbox unavailable (injected by the sandbox)")
    static let closing = SMTPReply(421, "4.3.2 Service not available, try later (injected by the sandbox)")
    static let unwelcome = SMTPReply(554, "5.7.1 No mail from your address is accepted here (injected by the sandbox)")
    static let unwantedSender = SMTPReply(550, "5.7.1 This sender may not send email here (injected by the sandbox)")
    static let unwantedContent = SMTPReply(554, "5.6.0 Message refused (injected by the sandbox)")
    static let storageFailed = SMTPReply(452, "4.3.1 The sandbox could not record the message")
}

/// A message with who sent it to whom, as SMTP carried them.
struct SMTPEnvelope: Sendable, Equatable {
    var from: String
    var recipients: [String] = []
    /// RFC 5322 bytes, dot-stuffing undone.
    var content: [UInt8] = []
}
