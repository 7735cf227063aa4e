/// A mail server's no.
package struct SMTPRefusal: Sendable, Hashable {
    /// What was refused, which tells whom the no is about.
    package enum Stage: Sendable, Hashable {
        /// The connection: greeting, EHLO, encryption.
        case connection
        /// Our user and password.
        case login
        /// The sender, at `MAIL FROM`.
        case sender
        /// A recipient, at `RCPT TO`.
        case recipient
        /// The message, at `DATA` or after its end.
        case message
    }

    /// The reply code, 400 to 599.
    package let code: Int
    /// The enhanced status code (RFC 3463), such as `5.1.1`, where the server gave one.
    package let enhanced: String?
    /// Whether the server says that it passes on no email for us, or none without a log-in. Servers without enhanced
    /// codes tell it by the word alone.
    package let deniesRelaying: Bool
    /// What was refused.
    package let stage: Stage

    /// Puts a refusal together.
    package init(code: Int, enhanced: String? = nil, deniesRelaying: Bool = false, stage: Stage) {
        self.code = code
        self.enhanced = enhanced
        self.deniesRelaying = deniesRelaying
        self.stage = stage
    }

    /// Whether the server says that trying again will not help.
    package var isPermanent: Bool { (500...599).contains(code) }

    /// The subject of the enhanced status code: 1 the address, 2 the mailbox, 3 the mail system, 4 the network, 5 the
    /// protocol, 6 the content, 7 security and policy; nil without such a code.
    package var subject: Int? {
        enhanced.flatMap { $0.split(separator: ".").dropFirst().first }.flatMap { Int($0) }
    }
}

extension SMTPRefusal: CustomStringConvertible {
    /// For operators. Holds none of the server's words, which may name an address.
    package var description: String {
        let what =
            switch stage {
            case .connection: "to the connection"
            case .login: "to the log-in"
            case .sender: "to the sender"
            case .recipient: "to the recipient"
            case .message: "to the message"
            }
        return [String(code), enhanced, what].compactMap(\.self).joined(separator: " ")
    }
}

/// Whether a mail server can take addresses beyond ASCII (RFC 6531), found out from its replies before the sender is
/// told.
struct SMTPUTF8Watch {
    /// Whether the answer counts that comes before encryption; else the one after it does, where encryption is offered.
    let staysUnencrypted: Bool
    private var isGreeted = false
    private var offersUTF8 = false
    private var offersTLS = false

    init(staysUnencrypted: Bool) { self.staysUnencrypted = staysUnencrypted }

    /// Takes a line of a reply. True for the last of an answer to EHLO or HELO that does not name the extension.
    mutating func lacksSupport(after line: String) -> Bool {
        if line.hasPrefix("220") {
            (isGreeted, offersUTF8, offersTLS) = (true, false, false)
            return false
        }
        guard isGreeted, line.hasPrefix("250") else { return false }
        let keyword = line.utf8.dropFirst(4).prefix { $0 > 0x20 }
        switch String(decoding: keyword, as: UTF8.self).uppercased() {
        case "SMTPUTF8": offersUTF8 = true
        case "STARTTLS": offersTLS = true
        default: break
        }
        guard line.utf8.dropFirst(3).first != UInt8(ascii: "-") else { return false }
        isGreeted = false
        return !offersUTF8 && (staysUnencrypted || !offersTLS)
    }
}
