/// Reads the lines libcurl hands over as headers.
enum HeaderLines {
    /// HTTP field lines; status line and trailing blank line are passed over.
    static func parse(_ lines: [String]) -> OutboundHeaders {
        var headers = OutboundHeaders()
        for line in lines where !line.hasPrefix("HTTP/") {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.append(name: trimmed(line[..<colon]), value: trimmed(line[line.utf8.index(after: colon)...]))
        }
        return headers
    }

    /// The words of the last SMTP reply, without its code.
    static func lastReplyText(_ lines: [String]) -> String {
        trimmed(String(decoding: lastReplyLine(lines).utf8.dropFirst(4).prefix(512), as: UTF8.self)[...])
    }

    /// The last line of the last SMTP reply; empty when there was none.
    static func lastReplyLine(_ lines: [String]) -> String {
        lines.last { !trimmed($0[...]).isEmpty } ?? ""
    }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8
        while let first = bytes.first, isSpace(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
