import FoundationEssentials

/// A message or a part of one, read just far enough to show it (RFC 5322, RFC 2045 to 2047): its header fields, its
/// first text and its first HTML part.
struct MIMEMessage: Sendable {
    private let headers: [(name: String, value: String)]
    private let body: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        var headers: [(name: String, value: String)] = []
        while let line = Self.line(&rest), !line.isEmpty {
            let text = EmailCharset.text(line, in: nil)
            if let first = text.first, first == " " || first == "\t", !headers.isEmpty {
                headers[headers.count - 1].value += " " + text.trimmed
            } else if let colon = text.firstIndex(of: ":") {
                headers.append((String(text[..<colon]).lowercased(), text[text.index(after: colon)...].trimmed))
            }
        }
        self.headers = headers
        body = rest
    }

    /// The first field of a name, unfolded, still encoded.
    func header(_ name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    /// The subject, decoded.
    var subject: String { EncodedWords.decode(header("Subject") ?? "") }

    /// The text part, decoded.
    var text: String? { first("text/plain", depth: 0) }

    /// The HTML part, decoded. Hostile: only to be shown in a frame that may do nothing.
    var html: String? { first("text/html", depth: 0) }

    private func first(_ wanted: String, depth: Int) -> String? {
        let field = ContentType(header("Content-Type") ?? "text/plain")
        if field.type == wanted { return decodedBody }
        guard field.type.hasPrefix("multipart/"), let boundary = field.parameters["boundary"], depth < 5 else {
            return nil
        }
        for part in parts(boundary) {
            if let found = part.first(wanted, depth: depth + 1) { return found }
        }
        return nil
    }

    private var decodedBody: String {
        let bytes: [UInt8] =
            switch header("Content-Transfer-Encoding")?.lowercased() {
            case "quoted-printable": QuotedPrintable.decode(body)
            case "base64": [UInt8](Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters) ?? Data())
            default: Array(body)
            }
        return EmailCharset.text(bytes, in: ContentType(header("Content-Type") ?? "").parameters["charset"])
    }

    private func parts(_ boundary: String) -> [MIMEMessage] {
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [MIMEMessage] = []
        var start: Int?
        var rest = body
        while true {
            let lineStart = rest.startIndex
            guard let line = Self.line(&rest) else { break }
            guard line.starts(with: delimiter) else { continue }
            // The line end before a delimiter is part of the delimiter.
            if let start { parts.append(MIMEMessage(Self.withoutLineEnd(body[start..<lineStart]))) }
            start = rest.startIndex
            if line.dropFirst(delimiter.count).starts(with: Array("--".utf8)) { break }
        }
        return parts
    }

    private static func withoutLineEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.last == 10 else { return bytes }
        return bytes.dropLast(bytes.dropLast().last == 13 ? 2 : 1)
    }

    /// The next line without its end, or nil at the end of the bytes.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let feed = rest.firstIndex(of: 10) ?? rest.endIndex
        var line = rest[rest.startIndex..<feed]
        rest = feed == rest.endIndex ? rest[rest.endIndex...] : rest[(feed + 1)...]
        if line.last == 13 { line = line.dropLast() }
        return line
    }
}

/// A `Content-Type` field taken apart (RFC 2045 section 5.1).
struct ContentType: Sendable {
    /// Type and subtype in lower case.
    let type: String
    /// Parameters by lower-case name, without their quotes.
    let parameters: [String: String]

    init(_ field: String) {
        let pieces = field.split(separator: ";")
        type = (pieces.first ?? "").trimmed.lowercased()
        var parameters: [String: String] = [:]
        for piece in pieces.dropFirst() {
            let halves = piece.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            var value = halves[1].trimmed
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = String(value.dropFirst().dropLast())
            }
            parameters[halves[0].trimmed.lowercased()] = value
        }
        self.parameters = parameters
    }
}

/// Undoes the quoted-printable encoding (RFC 2045 section 6.7).
enum QuotedPrintable {
    /// Bytes that are no valid encoding stay as they are, as mail readers do.
    static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                output.append(byte)
                continue
            }
            if rest.starts(with: [13, 10]) {
                rest = rest.dropFirst(2)
            } else if rest.first == 10 {
                rest = rest.dropFirst()
            } else if rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                output.append(value)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte)
            }
        }
        return output
    }
}
