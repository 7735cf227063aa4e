/// One SMTP dialogue, decided line by line and without I/O (RFC 5321; SIZE of RFC 1870, PIPELINING of RFC 2920,
/// STARTTLS of RFC 3207, AUTH of RFC 4954, 8BITMIME of RFC 6152, SMTPUTF8 of RFC 6531).
///
/// The connection feeds lines in the order they come, however many arrived in one packet, and does what each step says.
struct SMTPSession: Sendable {
    /// What to do after a line.
    enum Action: Equatable {
        /// Nothing to say: a line of content.
        case nothing
        case reply(SMTPReply)
        /// Say this and hang up.
        case close(SMTPReply)
        /// Say this and encrypt from here on; what was sent behind the command is thrown away.
        case encrypt(SMTPReply)
        /// The client names the sender; answer with ``sender(_:refusal:)``.
        case sender(String)
        /// The client names a recipient; answer with ``recipient(_:refusal:)``.
        case recipient(String)
        /// A whole message; record it, then answer.
        case message(SMTPEnvelope)
    }

    enum Phase {
        /// No EHLO yet.
        case connected
        case ready
        /// The answer to `AUTH PLAIN` comes next.
        case plainAnswer
        /// The user's name for `AUTH LOGIN` comes next, or, once that is there, the password.
        case loginAnswer(user: String?)
        case envelope(SMTPEnvelope)
        case content(SMTPEnvelope, tooLarge: Bool)
        /// The greeting was a refusal: nothing but goodbye is heard (RFC 5321 section 3.1).
        case unwelcome
    }

    /// Largest message, in bytes.
    static let maximumSize = 10 * 1024 * 1024
    static let maximumRecipients = 100

    var phase = Phase.connected
    /// The user that may send email; nil lets every client.
    let credentials: SMTPCredentials?
    var isAuthenticated = false
    /// What the server says it can, beyond the least.
    let offers: SMTPOffers
    private var isEncrypted = false
    /// Whether the message that is under way may have letters of all scripts in its addresses.
    private var isInternational = false

    init(credentials: SMTPCredentials? = nil, offers: SMTPOffers = SMTPOffers()) {
        self.credentials = credentials
        self.offers = offers
    }

    /// Encryption has begun: everything that was said before counts for nothing.
    mutating func encrypted() {
        self = SMTPSession(credentials: credentials, offers: offers)
        isEncrypted = true
    }

    /// The extensions of the answer to `EHLO`.
    private var extensions: [String] {
        var extensions = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE \(Self.maximumSize)"]
        if offers.internationalAddresses { extensions.append("SMTPUTF8") }
        if offers.encryption != .none, !isEncrypted { extensions.append("STARTTLS") }
        if credentials != nil, isEncrypted || offers.encryption != .required { extensions.append("AUTH PLAIN LOGIN") }
        return extensions
    }

    /// Takes one line without its CRLF.
    mutating func receive(_ line: some Collection<UInt8>) -> Action {
        if case .content(let envelope, let tooLarge) = phase {
            phase = .ready  // lets the envelope's buffer be changed in place
            return receive(content: line, envelope, tooLarge: tooLarge)
        }
        let text = String(decoding: line, as: UTF8.self)
        if let action = authenticate(text) { return action }
        let verb = text.prefix { $0 != " " }.uppercased()
        let argument = text.dropFirst(verb.count).drop { $0 == " " }
        if case .unwelcome = phase, verb != "QUIT" { return .reply(.badSequence) }
        switch verb {
        case "EHLO":
            return hello(argument, SMTPReply(250, lines: ["localhost"] + extensions))
        case "HELO": return hello(argument, SMTPReply(250, "localhost"))
        case "STARTTLS": return startEncryption(argument)
        case "AUTH" where mustEncryptFirst, "MAIL" where mustEncryptFirst: return .reply(.encryptionRequired)
        case "AUTH": return authentication(argument)
        case "MAIL": return mail(argument)
        case "RCPT": return recipient(argument)
        case "DATA": return data()
        case "RSET":
            if case .envelope = phase { phase = .ready }
            return .reply(.ok)
        case "NOOP": return .reply(.ok)
        case "VRFY": return .reply(SMTPReply(252, "2.5.0 Send some mail and see"))
        case "QUIT": return .close(.bye)
        default: return .reply(SMTPReply(502, "5.5.1 Command not implemented"))
        }
    }

    /// Hears nothing but goodbye from now on.
    mutating func turnAway() { phase = .unwelcome }

    /// Answers a sender: taken unless there is a refusal.
    mutating func sender(_ address: String, refusal: SMTPReply?) -> SMTPReply {
        guard case .ready = phase else { return .badSequence }
        if let refusal { return refusal }
        phase = .envelope(SMTPEnvelope(from: address))
        return SMTPReply(250, "2.1.0 OK")
    }

    /// Answers a recipient: taken unless there is a refusal.
    mutating func recipient(_ address: String, refusal: SMTPReply?) -> SMTPReply {
        guard case .envelope(var envelope) = phase else { return .badSequence }
        if let refusal { return refusal }
        guard envelope.recipients.count < Self.maximumRecipients else {
            return SMTPReply(452, "4.5.3 Too many recipients")
        }
        envelope.recipients.append(address)
        phase = .envelope(envelope)
        return SMTPReply(250, "2.1.5 OK")
    }

    private mutating func hello(_ name: Substring, _ reply: SMTPReply) -> Action {
        guard !name.isEmpty else { return .reply(SMTPReply(501, "5.5.4 Give a host name")) }
        phase = .ready
        return .reply(reply)
    }

    private mutating func mail(_ argument: Substring) -> Action {
        guard case .ready = phase else { return .reply(.badSequence) }
        guard isAuthenticated || credentials == nil else { return .reply(.authenticationRequired) }
        guard let (address, parameters) = Self.path(argument, after: "FROM:") else {
            return .reply(SMTPReply(501, "5.5.4 Syntax: MAIL FROM:<address>"))
        }
        isInternational = false
        for parameter in parameters {
            let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch (halves[0].uppercased(), halves.count > 1 ? halves[1] : nil) {
            case ("SIZE", let size?) where !size.isEmpty && size.utf8.allSatisfy({ (0x30...0x39).contains($0) }):
                // A number that does not fit is too large, too.
                guard (Int(size) ?? .max) <= Self.maximumSize else { return .reply(.tooLarge) }
            case ("SIZE", _): return .reply(SMTPReply(501, "5.5.4 SIZE takes a number"))
            case ("BODY", let body?) where ["7BIT", "8BITMIME"].contains(body.uppercased()): break
            case ("BODY", _): return .reply(SMTPReply(501, "5.5.4 BODY is 7BIT or 8BITMIME"))
            case ("SMTPUTF8", nil) where offers.internationalAddresses: isInternational = true
            case ("AUTH", _?) where credentials != nil: break
            default: return .reply(SMTPReply(555, "5.5.4 Parameter \(halves[0]) is not known here"))
            }
        }
        guard isInternational || address.utf8.allSatisfy({ $0 < 0x80 }) else { return .reply(.notInternational) }
        return .sender(address)
    }

    private func recipient(_ argument: Substring) -> Action {
        guard case .envelope = phase else { return .reply(.badSequence) }
        guard let (address, _) = Self.path(argument, after: "TO:"), !address.isEmpty else {
            return .reply(SMTPReply(501, "5.5.4 Syntax: RCPT TO:<address>"))
        }
        guard isInternational || address.utf8.allSatisfy({ $0 < 0x80 }) else { return .reply(.notInternational) }
        return .recipient(address)
    }

    private var mustEncryptFirst: Bool { offers.encryption == .required && !isEncrypted }

    private func startEncryption(_ argument: Substring) -> Action {
        guard offers.encryption != .none, !isEncrypted else {
            return .reply(SMTPReply(502, "5.5.1 Command not implemented"))
        }
        guard argument.isEmpty else { return .reply(SMTPReply(501, "5.5.4 STARTTLS takes nothing")) }
        guard case .ready = phase else { return .reply(.badSequence) }
        return .encrypt(SMTPReply(220, "2.0.0 Ready to start TLS"))
    }

    private mutating func data() -> Action {
        guard case .envelope(let envelope) = phase else { return .reply(.badSequence) }
        guard !envelope.recipients.isEmpty else { return .reply(SMTPReply(554, "5.5.1 No valid recipients")) }
        phase = .content(envelope, tooLarge: false)
        return .reply(SMTPReply(354, "End with <CRLF>.<CRLF>"))
    }

    private mutating func receive(
        content line: some Collection<UInt8>, _ envelope: consuming SMTPEnvelope, tooLarge: Bool
    ) -> Action {
        let dot = UInt8(ascii: ".")
        if line.count == 1, line.first == dot { return tooLarge ? .reply(.tooLarge) : .message(envelope) }
        if tooLarge || envelope.content.count + line.count + 2 > Self.maximumSize + 2 {
            // The rest is read to its end, or the client would take our answer for one to its content.
            phase = .content(SMTPEnvelope(from: ""), tooLarge: true)
            return .nothing
        }
        envelope.content.append(contentsOf: line.first == dot ? line.dropFirst() : line[...])
        envelope.content.append(contentsOf: [13, 10])
        phase = .content(envelope, tooLarge: false)
        return .nothing
    }

    /// The address between angle brackets and the parameters behind it.
    private static func path(_ argument: Substring, after keyword: String) -> (String, [Substring])? {
        guard argument.prefix(keyword.count).uppercased() == keyword else { return nil }
        let rest = argument.dropFirst(keyword.count).drop { $0 == " " }
        guard rest.first == "<", let close = rest.firstIndex(of: ">") else { return nil }
        let address = String(rest[rest.index(after: rest.startIndex)..<close])
        return (address, rest[rest.index(after: close)...].split(separator: " "))
    }
}
