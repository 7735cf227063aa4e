package import Domain
internal import FoundationEssentials

/// An email as bytes for the wire: header fields and a text and an HTML part (RFC 5322, RFC 2046
/// multipart/alternative), the latter with its picture where it has one (RFC 2387 multipart/related).
struct MIMEMessage {
    // Neither can stand in a part: quoted-printable never has an underscore behind an equals sign, base 64 has no
    // underscore at all.
    private static let alternative = "=_cartwright_alternative"
    private static let related = "=_cartwright_related"

    let bytes: [UInt8]

    /// The same message and sender always give the same bytes.
    ///
    /// - Throws: `notSent`, for the email, when a header would hold a line break or the Message-ID has another form
    ///   than `<left@right>`.
    init(_ message: EmailMessage, from sender: EmailSender) throws(EmailFailure) {
        guard HeaderText.isSafe(message.subject), Self.isMessageID(message.messageID) else {
            throw .notSent(
                reason: "The subject or the Message-ID holds characters that may not stand in a header.", fault: .email)
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

/// Whom the shop's email comes from: an address, and a name to show with it.
package struct EmailSender: Sendable, Hashable {
    /// The address; its host also ends every Message-ID.
    package let address: EmailAddress
    /// The name shown, `nil` for none.
    package let name: String?

    /// Reads `orders@shop.example` or `The Shop <orders@shop.example>`.
    ///
    /// - Throws: when the text is neither, or the name holds control characters.
    package init(_ text: String) throws(ProviderSettingError) {
        let parts = text.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
        let hasName = parts.count == 2 && parts[1].hasSuffix(">")
        let address = EmailAddress(rawValue: String(hasName ? parts[1].dropLast() : text[...]))
        let name = hasName ? parts[0].split(separator: " ").joined(separator: " ") : ""
        guard let address, HeaderText.isSafe(name) else {
            throw ProviderSettingError(
                setting: "sender of emails", expected: "an address such as Shop <orders@shop.example> is expected.")
        }
        self.address = address
        self.name = name.isEmpty ? nil : name
    }

    /// The part of the address behind the `@`.
    var host: String {
        String(address.rawValue.split(separator: "@").last ?? "")
    }
}

/// Text in email header fields: plain where it may be, encoded words of RFC 2047 where it must.
enum HeaderText {
    /// Longest encoded word. RFC 2047, 2, allows 75 on a line of at most 76; this leaves room for the field's name on
    /// the first one.
    private static let maximumWord = 66
    private static let prefix = "=?UTF-8?B?"
    private static let suffix = "?="

    /// Whether a text may stand in a header at all: no line breaks or other control characters, Unicode's own line
    /// separators included.
    static func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028 && $0.value != 0x2029
        }
    }

    /// An unstructured text such as a subject.
    static func unstructured(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
        return isPlain && text.first != " " && text.last != " " ? text : encodedWords(text)
    }

    /// A name in front of an address.
    static func phrase(_ text: String) -> String {
        guard text.utf8.count <= 60, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") else {
            return encodedWords(text)
        }
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    /// Words, each decodable by itself because characters are not cut (RFC 2047, 5), on lines of their own.
    private static func encodedWords(_ text: String) -> String {
        let room = (maximumWord - prefix.count - suffix.count) / 4 * 3
        var words: [String] = []
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > room {
                words.append(word(chunk))
                chunk.removeAll()
            }
            chunk += bytes
        }
        if !chunk.isEmpty { words.append(word(chunk)) }
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String {
        prefix + Data(bytes).base64EncodedString() + suffix
    }
}

/// Dates as email headers write them: `Mon, 23 Nov 2026 05:12:07 +0000` (RFC 5322, 3.3), whatever the process's locale.
enum EmailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func text(_ date: Date) -> String {
        let seconds = min(max(date.unixSeconds, -62_135_596_800), 253_402_300_799)
        let (day, time) = split(seconds)
        let calendar = CalendarDay(secondsSince1970: seconds)
        // Day 0 of the Unix epoch was a Thursday.
        let weekday = days[Int((day % 7 + 7) % 7)]
        let clock = [time / 3600, time / 60 % 60, time % 60].map(padded).joined(separator: ":")
        return
            "\(weekday), \(padded(Int64(calendar.day))) \(months[calendar.month - 1]) \(calendar.year) \(clock) +0000"
    }

    private static func split(_ seconds: Int64) -> (day: Int64, time: Int64) {
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        return (day, seconds - day * 86_400)
    }

    private static func padded(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}

/// The quoted-printable encoding of RFC 2045, 6.7: text stays readable, lines stay short, every byte survives.
enum QuotedPrintable {
    /// Longest line, without its CR LF.
    private static let maximumLine = 76

    /// Encodes text; any line break becomes CR LF.
    static func encode(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(encodeLine)
            .joined(
                separator: "\r\n")
    }

    private static func encodeLine(_ line: Substring) -> String {
        var result = ""
        var length = 0
        let bytes = Array(line.utf8)
        for (index, byte) in bytes.enumerated() {
            let piece = encodeByte(byte, isLast: index == bytes.count - 1)
            // One column stays free for the soft break's own equals sign.
            if length + piece.count > maximumLine - 1 {
                result += "=\r\n"
                length = 0
            }
            result += piece
            length += piece.count
        }
        return result
    }

    private static func encodeByte(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case UInt8(ascii: "="): return "=3D"
        // White space at the end of a line can be lost on the way.
        case 0x20 where isLast, 0x09 where isLast: break
        case 0x20...0x7E, 0x09: return String(Unicode.Scalar(byte))
        default: break
        }
        let digits = String(byte, radix: 16, uppercase: true)
        return "=" + (digits.count == 1 ? "0" : "") + digits
    }
}
