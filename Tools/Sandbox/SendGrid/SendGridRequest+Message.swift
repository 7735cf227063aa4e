import FoundationEssentials

extension SendGridRequest.Attachment {
    /// The file; nil when its content is no base64.
    var bytes: Data? { content.flatMap { Data(base64Encoded: $0) } }
}

extension SendGridRequest {
    /// The message of one personalization as a mail server would get it: the parts in the order given, with what
    /// differs for its recipients put in, or those of the template; files behind them.
    func envelope(of one: Personalization, template: SendGridTemplate? = nil) -> SMTPEnvelope {
        let recipients = [one.to, one.cc, one.bcc].flatMap { $0 ?? [] }.compactMap(\.email)
        var lines = [
            "From: \(Self.text(one.from ?? from))", "To: \((one.to ?? []).map(Self.text).joined(separator: ", "))",
            "Subject: \(Self.oneLine(subject(of: one, template)))", "MIME-Version: 1.0",
        ]
        if let cc = one.cc, !cc.isEmpty { lines.append("Cc: \(cc.map(Self.text).joined(separator: ", "))") }
        let fields = (headers ?? [:]).merging(one.headers ?? [:]) { $1 }
        lines += fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        if fields.keys.allSatisfy({ $0.lowercased() != "x-order-id" }), let orderID = arguments(of: one)["order_id"] {
            lines.append("X-Order-ID: \(Self.oneLine(orderID))")
        }
        if let replyTo { lines.append("Reply-To: \(Self.text(replyTo))") }
        if let replyToList { lines.append("Reply-To: \(replyToList.map(Self.text).joined(separator: ", "))") }
        let parts = parts(of: one, template)
        // Part of no content by chance: 128 random bits.
        let boundary = "part-" + ProviderID.boundary()
        var body: [String] = []
        if parts.count == 1 {
            body += Self.lines(of: parts[0])
        } else {
            body += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", ""]
            for part in parts { body += ["--\(boundary)"] + Self.lines(of: part) }
            body += ["--\(boundary)--", ""]
        }
        if let attachments, !attachments.isEmpty {
            let outer = "mixed-" + ProviderID.boundary()
            body = ["Content-Type: multipart/mixed; boundary=\"\(outer)\"", "", "--\(outer)"] + body
            for file in attachments { body += ["--\(outer)"] + Self.lines(of: file) }
            body += ["--\(outer)--", ""]
        }
        lines += body
        return SMTPEnvelope(
            from: (one.from ?? from)?.email ?? "", recipients: recipients,
            content: Array(lines.joined(separator: "\r\n").utf8))
    }

    private func subject(of one: Personalization, _ template: SendGridTemplate?) -> String {
        let text = one.subject ?? subject ?? template?.subject ?? ""
        return template.map { $0.render(text, one.templateData ?? [:]) } ?? Self.substitute(one.substitutions, in: text)
    }

    private func parts(of one: Personalization, _ template: SendGridTemplate?) -> [Content] {
        guard let template else {
            return (content ?? []).map {
                Content(type: $0.type, value: Self.substitute(one.substitutions, in: $0.value ?? ""))
            }
        }
        let data = one.templateData ?? [:]
        let rendered = [("text/plain", template.plain), ("text/html", template.html)].compactMap { type, text in
            text.isEmpty ? nil : Content(type: type, value: template.render(text, data))
        }
        return rendered.isEmpty ? [Content(type: "text/plain", value: "")] : rendered
    }

    /// Tags of the sender's own choice with what they stand for, the longest first.
    private static func substitute(_ pairs: [String: String]?, in text: String) -> String {
        (pairs ?? [:]).filter { !$0.key.isEmpty }.sorted { ($1.key.count, $0.key) < ($0.key.count, $1.key) }.reduce(
            text
        ) {
            $0.replacing($1.key, with: $1.value)
        }
    }

    private static func lines(of file: Attachment) -> [String] {
        let name = oneLine(file.filename ?? "")
        var lines = [
            "Content-Type: \(oneLine(file.type ?? "application/octet-stream")); name=\"\(name)\"",
            "Content-Transfer-Encoding: base64",
            "Content-Disposition: \(file.disposition ?? "attachment"); filename=\"\(name)\"",
        ]
        if let id = file.contentID { lines.append("Content-ID: <\(oneLine(id))>") }
        let encoded = Array((file.bytes ?? Data()).base64EncodedString().utf8)
        lines.append("")
        lines += stride(from: 0, to: encoded.count, by: 76).map {
            String(decoding: encoded[$0..<min($0 + 76, encoded.count)], as: UTF8.self)
        }
        return lines
    }

    /// What comes back with every event of a message.
    func arguments(of one: Personalization) -> [String: String] {
        (customArguments ?? [:]).merging(one.customArguments ?? [:]) { $1 }
    }

    private static func lines(of part: Content) -> [String] {
        [
            "Content-Type: \(oneLine(part.type ?? "")); charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
            part.value ?? "",
        ]
    }

    private static func text(_ address: Address?) -> String {
        guard let address, let email = address.email else { return "" }
        return address.name.map { "\(oneLine($0)) <\(email)>" } ?? email
    }

    private static func oneLine(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }
}
