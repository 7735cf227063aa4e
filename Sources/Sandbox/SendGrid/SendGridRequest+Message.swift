extension SendGridRequest {
    /// The message of one personalization as a mail server would get it: parts in the order given, as they are.
    func envelope(of one: Personalization) -> SMTPEnvelope {
        let recipients = [one.to, one.cc, one.bcc].flatMap { $0 ?? [] }.compactMap(\.email)
        var lines = [
            "From: \(Self.text(from))", "To: \((one.to ?? []).map(Self.text).joined(separator: ", "))",
            "Subject: \(Self.oneLine(one.subject ?? subject ?? ""))", "MIME-Version: 1.0",
        ]
        if let cc = one.cc, !cc.isEmpty { lines.append("Cc: \(cc.map(Self.text).joined(separator: ", "))") }
        let fields = (headers ?? [:]).merging(one.headers ?? [:]) { $1 }
        lines += fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        if fields.keys.allSatisfy({ $0.lowercased() != "x-order-id" }), let orderID = arguments(of: one)["order_id"] {
            lines.append("X-Order-ID: \(Self.oneLine(orderID))")
        }
        let parts = content ?? []
        // Part of no content by chance: 128 random bits.
        let boundary = "part-" + ProviderID.boundary()
        if parts.count == 1 {
            lines += Self.lines(of: parts[0])
        } else {
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", ""]
            for part in parts { lines += ["--\(boundary)"] + Self.lines(of: part) }
            lines += ["--\(boundary)--", ""]
        }
        return SMTPEnvelope(from: from?.email ?? "", recipients: recipients, content: Array(lines.joined(separator: "\r\n").utf8))
    }

    /// What comes back with every event of a message.
    func arguments(of one: Personalization) -> [String: String] {
        (customArguments ?? [:]).merging(one.customArguments ?? [:]) { $1 }
    }

    private static func lines(of part: Content) -> [String] {
        ["Content-Type: \(oneLine(part.type ?? "")); charset=utf-8", "Content-Transfer-Encoding: 8bit", "", part.value ?? ""]
    }

    private static func text(_ address: Address?) -> String {
        guard let address, let email = address.email else { return "" }
        return address.name.map { "\(oneLine($0)) <\(email)>" } ?? email
    }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
