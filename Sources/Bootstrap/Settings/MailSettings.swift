package import Providers

/// How mail leaves: `MAIL_FROM`, `SMTP_URL`, `MAIL_ACTIVITY_URL`, `MAIL_UNKNOWN_SECONDS`.
package struct MailSettings: Sendable {
    /// Who mails come from.
    package let sender: MailSender
    /// The mail server, with user and password if it wants them.
    package let smtpURL: SecretText
    /// Where to ask whether a mail of unknown outcome was accepted. Without it such mails wait for an operator.
    package let activityURL: String?
    /// How long after a mail's outcome became unknown the look-up is asked: its provider needs time to take note.
    package let unknownWait: Duration

    package init?(_ reader: inout SettingsReader) {
        activityURL = reader.webAddress("MAIL_ACTIVITY_URL")
        unknownWait = .seconds(reader.integer("MAIL_UNKNOWN_SECONDS", default: 30, in: 1...86_400))
        let sender = reader.required("MAIL_FROM", expected: "an address such as Shop <orders@shop.example>") { try? MailSender($0) }
        let smtpURL = reader.required("SMTP_URL", expected: "smtp://[user:password@]host:port or smtps://…") { text in
            let isAddress = ["smtp://", "smtps://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
            return isAddress && text.utf8.allSatisfy(ASCII.isVisible) ? text : nil
        }
        guard let sender, let smtpURL else { return nil }
        self.sender = sender
        self.smtpURL = SecretText(smtpURL)
    }
}
