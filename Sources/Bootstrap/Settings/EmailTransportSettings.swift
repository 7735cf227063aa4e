import FoundationEssentials
package import OutboundHTTP
import Providers

/// Through whom email leaves.
package enum EmailTransportSettings: Sendable {
    /// An email server, with user and password in its address if it wants them.
    case smtp(url: SecretText, startTLS: SMTPSubmission.StartTLSPolicy)
    /// The email provider's API.
    case sendGrid(key: SecretText, baseURL: String)

    /// The names of the transports, `EMAIL_TRANSPORT`.
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
        switch reader.choice("EMAIL_TRANSPORT", default: Name.smtp) {
        case .smtp:
            let url = reader.required("SMTP_URL", expected: "smtp://[user:password@]host:port or smtps://…") { text in
                let isAddress = ["smtp://", "smtps://"].contains {
                    text.hasPrefix($0) && text.utf8.count > $0.utf8.count
                }
                return isAddress && text.utf8.allSatisfy(ASCII.isVisible) ? text : nil
            }
            // An attacker on the way could remove the offer from the conversation and read on, but not on this machine.
            let startTLS = reader.choice(
                "SMTP_STARTTLS", default: url.map(Self.isLocal) == true ? StartTLS.offered : .required)
            guard let url else { return nil }
            self = .smtp(url: SecretText(url), startTLS: startTLS.policy)
        case .sendgrid:
            let base = reader.webAddress("SENDGRID_API_BASE") ?? "https://api.sendgrid.com"
            let key = reader.required(
                "SENDGRID_API_KEY", expected: "the email provider's API key, which begins with SG.",
                advice: "with the sandbox SG.sandbox will do"
            ) { $0.hasPrefix("SG.") && $0.utf8.count > 3 && $0.utf8.allSatisfy(ASCII.isVisible) ? $0 : nil }
            guard let key else { return nil }
            self = .sendGrid(key: SecretText(key), baseURL: base)
        }
    }

    /// Whether an email server's address names this machine.
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

/// The key that tells the email provider's events from others', `SENDGRID_WEBHOOK_KEY`.
enum EmailWebhookSetting {
    /// What a public key of the curve P-256 begins with (RFC 5480, 2), up to the point itself.
    private static let beginning: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01,
        0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    /// The key's DER; `nil`, with a problem noted where there is one, when the shop takes no events.
    static func read(_ reader: inout SettingsReader) -> [UInt8]? {
        reader.value(
            "SENDGRID_WEBHOOK_KEY", default: nil,
            expected: "the verification key of the provider's signed event webhook, which begins with MFkw"
        ) { text in
            let bytes = Data(base64Encoded: text).map(Array.init) ?? []
            return bytes.count == 91 && bytes.starts(with: beginning) ? .some(bytes) : nil
        }
    }
}
