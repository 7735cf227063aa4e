extension SendGridRequest {
    /// Why the provider would not take it; empty when it would.
    var defects: [SendGridDefect] {
        var defects: [SendGridDefect] = []
        if personalizations?.isEmpty ?? true {
            defects.append(
                SendGridDefect("personalizations", "The personalizations field is required and must have at least one personalization."))
        }
        for (index, one) in (personalizations ?? []).enumerated() { defects += Self.defects(of: one, "personalizations.\(index)") }
        if !Self.isAddress(from?.email) {
            defects.append(SendGridDefect("from.email", "The from email does not contain a valid address."))
        }
        let everyoneHasASubject = !(personalizations ?? []).isEmpty && (personalizations ?? []).allSatisfy { !($0.subject ?? "").isEmpty }
        if (subject ?? "").isEmpty, !everyoneHasASubject {
            defects.append(SendGridDefect("subject", "The subject is required, here or in every personalization."))
        }
        return defects + contentDefects + Self.headerDefects(headers, "headers")
    }

    private var contentDefects: [SendGridDefect] {
        guard let content, !content.isEmpty else {
            return [SendGridDefect("content", "The content parameter is required. There must be at least one defined content block.")]
        }
        var defects: [SendGridDefect] = []
        for (index, part) in content.enumerated() {
            if !(part.type ?? "").contains("/") {
                defects.append(SendGridDefect("content.\(index).type", "The content type is required and a media type."))
            }
            if (part.value ?? "").isEmpty {
                defects.append(
                    SendGridDefect("content.\(index).value", "The content value must be a string at least one character in length."))
            }
        }
        let types = content.compactMap(\.type)
        if let text = types.firstIndex(of: "text/plain"), text != 0 {
            defects.append(SendGridDefect("content", "If present, text/plain must be first, followed by text/html, followed by any other."))
        }
        if Set(types).count != types.count { defects.append(SendGridDefect("content", "Each content type may be given once.")) }
        return defects
    }

    private static func defects(of one: Personalization, _ place: String) -> [SendGridDefect] {
        var defects: [SendGridDefect] = []
        if one.to?.isEmpty ?? true {
            defects.append(
                SendGridDefect(
                    "\(place).to", "The to array is required for all personalization objects, and must have at least one email object."))
        }
        var known: Set<String> = []
        for (name, list) in [("to", one.to), ("cc", one.cc), ("bcc", one.bcc)] {
            for (index, address) in (list ?? []).enumerated() {
                if !isAddress(address.email) {
                    defects.append(SendGridDefect("\(place).\(name).\(index).email", "Does not contain a valid address."))
                } else if !known.insert((address.email ?? "").lowercased()).inserted {
                    defects.append(
                        SendGridDefect(
                            place, "Each email address in the personalization block should be unique between to, cc, and bcc."))
                }
            }
        }
        return defects + headerDefects(one.headers, "\(place).headers")
    }

    private static func headerDefects(_ headers: [String: String]?, _ place: String) -> [SendGridDefect] {
        (headers ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
            if reservedHeaders.contains(name.lowercased()) { return SendGridDefect("\(place).\(name)", "This header is reserved.") }
            guard name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }), !name.isEmpty else {
                return SendGridDefect("\(place).\(name)", "This is no name of a header.")
            }
            return value.contains(where: \.isNewline) ? SendGridDefect("\(place).\(name)", "Headers have one line.") : nil
        }
    }

    private static let reservedHeaders: Set<String> = [
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject",
        "reply-to", "cc", "bcc",
    ]

    private static func isAddress(_ text: String?) -> Bool {
        guard let text, let at = text.lastIndex(of: "@"), text.utf8.count <= 254 else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        return !local.isEmpty && !domain.isEmpty && !domain.hasPrefix(".") && !domain.hasSuffix(".")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\"\\".utf8.contains($0) }
    }
}
