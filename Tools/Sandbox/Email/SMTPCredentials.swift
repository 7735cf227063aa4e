import FoundationEssentials

/// What a mail server offers, so that a shop can be tried with one that offers less.
struct SMTPOffers: Sendable, Equatable {
    enum Encryption: String, Sendable {
        case none, offered, required
    }

    /// Nothing unless told: a client that takes encryption wherever it is offered trusts no certificate that nobody
    /// vouches for.
    var encryption = Encryption.none
    /// SMTPUTF8: addresses with letters of all scripts.
    var internationalAddresses = true
}

/// The one user that may send mail, when not everybody may.
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
