internal import Domain
internal import FoundationEssentials

/// A mail as bytes for the wire: header fields and a text and an HTML part (RFC 5322, RFC 2046 multipart/alternative),
/// the latter with its picture where it has one (RFC 2387 multipart/related).
struct MIMEMessage {
    // Neither can stand in a part: quoted-printable never has an underscore behind an equals sign, base 64 has no
    // underscore at all.
    private static let alternative = "=_cartwright_alternative"
    private static let related = "=_cartwright_related"

    let bytes: [UInt8]

    /// The same message and sender always give the same bytes.
    ///
    /// - Throws: `notSent`, for the mail, when a header would hold a line break or the Message-ID has another form than
    ///   `<left@right>`.
    init(_ message: EmailMessage, from sender: EmailSender) throws(EmailFailure) {
        guard HeaderText.isSafe(message.subject), Self.isMessageID(message.messageID) else {
            throw .notSent(
                reason: "The subject or the Message-ID holds characters that may not stand in a header.", fault: .mail)
        }
        var lines = [
            "Date: \(EmailDate.text(message.date))",
            "From: \(sender.name.map { HeaderText.phrase($0) + " " } ?? "")<\(sender.address.rawValue)>",
            // A mailbox beyond ASCII only goes to servers that take such headers as well (RFC 6532).
            "To: <\(message.recipient.rawValue)>",
            "Message-ID: \(message.messageID)",
            "Subject: \(HeaderText.unstructured(message.subject))",
            // Keeps out-of-office answers from coming back (RFC 3834, 5).
            "Auto-Submitted: auto-generated",
        ]
        if let orderID = message.orderID { lines.append("X-Order-ID: \(orderID)") }
        lines += ["MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(Self.alternative)\"", ""]
        // The last part is the one readers prefer (RFC 2046, 5.1.4).
        lines += Self.text("plain", message.text, in: Self.alternative)
        if let logo = message.logo {
            lines += [
                "--\(Self.alternative)",
                "Content-Type: multipart/related; type=\"text/html\"; boundary=\"\(Self.related)\"", "",
            ]
            lines +=
                Self.text("html", message.html, in: Self.related) + Self.picture(logo) + ["--\(Self.related)--", ""]
        } else {
            lines += Self.text("html", message.html, in: Self.alternative)
        }
        lines += ["--\(Self.alternative)--", ""]
        bytes = Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func text(_ subtype: String, _ text: String, in boundary: String) -> [String] {
        [
            "--\(boundary)", "Content-Type: text/\(subtype); charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "",
            QuotedPrintable.encode(text),
        ]
    }

    private static func picture(_ image: EmailImage) -> [String] {
        [
            "--\(related)", "Content-Type: \(image.type)", "Content-Transfer-Encoding: base64",
            "Content-ID: <\(EmailImage.contentID)>",
            "Content-Disposition: inline; filename=\"\(image.filename)\"", "",
            Data(image.bytes).base64EncodedString(options: [
                .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
            ]),
        ]
    }

    private static func isMessageID(_ text: String) -> Bool {
        let inner = text.dropFirst().dropLast()
        return text.hasPrefix("<") && text.hasSuffix(">") && text.utf8.count <= 250
            && inner.split(separator: "@", omittingEmptySubsequences: false).filter { !$0.isEmpty }.count == 2
            && inner.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
            }
    }
}
