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
            return line == "*" ? .reply(.authenticationCancelled) : conclude(credentials?.match(plain: line) ?? false)
        case .loginAnswer(let user):
            phase = .ready
            if line == "*" { return .reply(.authenticationCancelled) }
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
