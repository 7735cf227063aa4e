import FoundationEssentials

extension SMTPSession {
    /// `AUTH PLAIN`, with its answer on the same line or the next, and `AUTH LOGIN`.
    mutating func authentication(_ argument: Substring) -> Action {
        guard credentials != nil else { return .reply(SMTPReply(502, "5.5.1 Command not implemented")) }
        guard case .ready = phase, !isAuthenticated else { return .reply(.badSequence) }
        let words = argument.split(separator: " ")
        switch words.first?.uppercased() {
        case "PLAIN":
            if words.count > 1 { return conclude(credentials?.match(plain: words[1]) ?? false) }
            phase = .plainAnswer
            return .reply(SMTPReply(334, ""))
        case "LOGIN":
            // Some clients give the name at once.
            phase = .loginAnswer(user: words.count > 1 ? SMTPCredentials.decode(words[1]) : nil)
            return .reply(words.count > 1 ? .askPassword : .askUser)
        default: return .reply(SMTPReply(504, "5.5.4 Only PLAIN and LOGIN"))
        }
    }

    /// Takes a line that answers a question of the authentication; nil when none was asked.
    mutating func authenticate(_ line: String) -> Action? {
        switch phase {
        case .plainAnswer:
            phase = .ready
            return line == "*" ? .reply(.authenticationCanceled) : conclude(credentials?.match(plain: line) ?? false)
        case .loginAnswer(let user):
            phase = .ready
            if line == "*" { return .reply(.authenticationCanceled) }
            guard let text = SMTPCredentials.decode(line) else { return conclude(false) }
            if let user { return conclude(SMTPCredentials(user: user, password: text) == credentials) }
            phase = .loginAnswer(user: text)
            return .reply(.askPassword)
        case .connected, .ready, .envelope, .content, .unwelcome: return nil
        }
    }

    private mutating func conclude(_ isRight: Bool) -> Action {
        isAuthenticated = isRight
        return .reply(isRight ? .authenticated : .wrongCredentials)
    }
}

/// What a mail server offers, so that a shop can be tried with one that offers less.
struct SMTPOffers: Sendable, Equatable {
    enum Encryption: String, Sendable {
        case none, offered, required
    }

    /// Nothing unless told: a client that takes encryption wherever it is offered trusts no self-signed
    /// certificate.
    var encryption = Encryption.none
    /// SMTPUTF8: addresses with letters of all scripts.
    var internationalAddresses = true
}

/// The one user that may send email, when not every client may.
struct SMTPCredentials: Sendable, Equatable {
    let user: String
    let password: String

    /// Whether the answer to `AUTH PLAIN` names this user: base64 of an identity, the user and the password, with NUL
    /// between them (RFC 4616).
    func match(plain answer: some StringProtocol) -> Bool {
        guard let text = Self.decode(answer) else { return false }
        let parts = text.split(separator: "\0", omittingEmptySubsequences: false)
        return parts.count == 3 && (parts[0].isEmpty || parts[0] == user) && parts[1] == user && parts[2] == password
    }

    /// The text of one answer to `AUTH LOGIN`; nil when it is no base64.
    static func decode(_ answer: some StringProtocol) -> String? {
        Data(base64Encoded: String(answer)).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
