/// The messages the sink took: a list, and a page for each.
enum EmailPage {
    /// How many messages the list shows.
    static let shown = 500

    static func list(_ emails: [StoredEmail]) -> String {
        let rows = emails.suffix(shown).reversed().map { mail in
            [
                Page.escape(mail.receivedAt.timestamp), Page.escape(mail.recipients.joined(separator: ", ")),
                "<a href=\"/mail/\(mail.id)\">\(Page.escape(mail.subject.isEmpty ? "(no subject)" : mail.subject))</a>",
            ]
        }
        let note = emails.count > shown ? "<p>The newest \(shown) of \(emails.count) messages.</p>" : ""
        return Page.html(
            "Email", note + Page.table(["Time", "To", "Subject"], rows, empty: "No mail has come in yet."))
    }

    static func message(_ mail: StoredEmail) -> String {
        let facts = [
            ("To", mail.recipients.joined(separator: ", ")), ("From", mail.from), ("Time", mail.receivedAt.timestamp),
            ("Message-ID", mail.messageID),
            ("Order", mail.orderID ?? "–"), ("What became of it", (mail.lost ?? .delivered).rawValue),
        ]
        let table = Page.table(["Field", "Value"], facts.map { [Page.escape($0.0), Page.escape($0.1)] }, empty: "")
        return Page.html(mail.subject.isEmpty ? "(no subject)" : mail.subject, table + content(of: mail))
    }

    private static func content(of mail: StoredEmail) -> String {
        guard let bytes = mail.content else { return "<p>The content of so old a message is no longer kept.</p>" }
        let message = MIMEMessage([UInt8](bytes))
        var sections = ""
        if let text = message.text { sections += "<h2>Text</h2><pre>\(Page.escape(text))</pre>" }
        if let html = message.html {
            // A frame with an empty sandbox attribute runs no script, sends no form and has no origin.
            sections +=
                "<h2>HTML</h2><iframe sandbox=\"\" title=\"HTML part of the message\" "
                + "srcdoc=\"\(Page.escape(html))\"></iframe>"
        }
        return sections + "<h2>Source</h2><pre>\(Page.escape(String(decoding: bytes, as: UTF8.self)))</pre>"
    }
}
