internal import Domain

/// A mail as bytes for the wire: header fields and a text and an HTML part (RFC 5322, RFC 2046 multipart/alternative).
struct MIMEMessage {
    /// Cannot stand in a part: quoted-printable never has an underscore behind an equals sign.
    private static let boundary = "=_cartwright_alternative"

    let bytes: [UInt8]

    /// The same message and sender always give the same bytes.
    ///
    /// - Throws: `notSent`, permanently, when a header would hold a line break or the Message-ID has another form than `<left@right>`.
    init(_ message: MailMessage, from sender: MailSender) throws(MailFailure) {
        guard HeaderText.isSafe(message.subject), Self.isMessageID(message.messageID) else {
            throw .notSent(reason: "The subject or the Message-ID holds characters that may not stand in a header.", permanent: true)
        }
        var lines = [
            "Date: \(MailDate.text(message.date))",
            "From: \(sender.name.map { HeaderText.phrase($0) + " " } ?? "")<\(sender.address.rawValue)>",
            "To: <\(message.recipient.rawValue)>",
            "Message-ID: \(message.messageID)",
            "Subject: \(HeaderText.unstructured(message.subject))",
            // Keeps out-of-office answers from coming back (RFC 3834, 5).
            "Auto-Submitted: auto-generated",
        ]
        if let orderID = message.orderID { lines.append("X-Order-ID: \(orderID)") }
        lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"", ""]
        // The last part is the one readers prefer (RFC 2046, 5.1.4).
        lines += Self.part("text/plain", message.text) + Self.part("text/html", message.html)
        lines += ["--\(Self.boundary)--", ""]
        bytes = Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func part(_ type: String, _ text: String) -> [String] {
        [
            "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            QuotedPrintable.encode(text),
        ]
    }

    private static func isMessageID(_ text: String) -> Bool {
        let inner = text.dropFirst().dropLast()
        return text.hasPrefix("<") && text.hasSuffix(">") && text.utf8.count <= 250
            && inner.split(separator: "@", omittingEmptySubsequences: false).filter { !$0.isEmpty }.count == 2
            && inner.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }
}
