package import OutboundHTTP

/// Through whom mail leaves.
package enum EmailTransportSettings: Sendable {
    /// A mail server, with user and password in its address if it wants them.
    case smtp(url: SecretText, startTLS: SMTPSubmission.StartTLSPolicy)
    /// The mail provider's API.
    case sendGrid(key: SecretText, baseURL: String)

    /// The names of the transports, `MAIL_TRANSPORT`.
    private enum Name: String, CaseIterable {
        case smtp, sendgrid
    }

    /// When an `smtp://` connection is encrypted, `SMTP_STARTTLS`.
    private enum StartTLS: String, CaseIterable {
        case offered, required, never

        var policy: SMTPSubmission.StartTLSPolicy {
            switch self {
            case .offered: .whenOffered
            case .required: .required
            case .never: .never
            }
        }
    }

    init?(_ reader: inout SettingsReader) {
        switch reader.choice("MAIL_TRANSPORT", default: Name.smtp) {
        case .smtp:
            let url = reader.required("SMTP_URL", expected: "smtp://[user:password@]host:port or smtps://…") { text in
                let isAddress = ["smtp://", "smtps://"].contains {
                    text.hasPrefix($0) && text.utf8.count > $0.utf8.count
                }
                return isAddress && text.utf8.allSatisfy(ASCII.isVisible) ? text : nil
            }
            // Somebody on the way could take the offer out of the conversation and read on, but not on this machine.
            let startTLS = reader.choice(
                "SMTP_STARTTLS", default: url.map(Self.isLocal) == true ? StartTLS.offered : .required)
            guard let url else { return nil }
            self = .smtp(url: SecretText(url), startTLS: startTLS.policy)
        case .sendgrid:
            let base = reader.webAddress("SENDGRID_API_BASE") ?? "https://api.sendgrid.com"
            let key = reader.required(
                "SENDGRID_API_KEY", expected: "the mail provider's API key, which begins with SG.",
                advice: "with the sandbox SG.sandbox will do"
            ) { $0.hasPrefix("SG.") && $0.utf8.count > 3 && $0.utf8.allSatisfy(ASCII.isVisible) ? $0 : nil }
            guard let key else { return nil }
            self = .sendGrid(key: SecretText(key), baseURL: base)
        }
    }

    /// Whether a mail server's address names this machine.
    private static func isLocal(_ url: String) -> Bool {
        let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if host.hasPrefix("[") { return host.hasPrefix("[::1]") }
        let name = host.prefix { $0 != ":" }.lowercased()
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return name == "localhost"
            || numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
