extension SendGridRequest {
    /// How many messages one request may hold, and how many people they may go to in all.
    static let mostPersonalizations = 1_000
    static let mostRecipients = 1_000
    /// Largest arguments of one message, in bytes of their names and values.
    static let largestArguments = 10_000

    /// Why the provider would not take it; empty when it would.
    /// - Parameters:
    ///   - template: what its `template_id` names; nil where there is none.
    ///   - now: in seconds since 1970.
    func defects(with template: SendGridTemplate? = nil, at now: Int64 = 0) -> [SendGridDefect] {
        var defects: [SendGridDefect] = []
        if personalizations?.count ?? 0 > Self.mostPersonalizations {
            return [
                SendGridDefect(
                    "personalizations", "There is a maximum of \(Self.mostPersonalizations) personalizations allowed.")
            ]
        }
        let recipients = (personalizations ?? []).map {
            ($0.to?.count ?? 0) + ($0.cc?.count ?? 0) + ($0.bcc?.count ?? 0)
        }
        if recipients.reduce(0, +) > Self.mostRecipients {
            return [
                SendGridDefect(
                    "personalizations",
                    "The total number of recipients must be no more than \(Self.mostRecipients), to, cc and bcc "
                        + "together."
                )
            ]
        }
        if personalizations?.isEmpty ?? true {
            defects.append(
                SendGridDefect(
                    "personalizations",
                    "The personalizations field is required and must have at least one personalization."))
        }
        for (index, one) in (personalizations ?? []).enumerated() {
            defects += Self.defects(of: one, "personalizations.\(index)")
            let arguments = arguments(of: one).merging(one.substitutions ?? [:]) { $1 }
            if arguments.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > Self.largestArguments {
                defects.append(
                    SendGridDefect(
                        "personalizations.\(index).custom_args",
                        "The combined size of custom_args and substitutions is limited to 10,000 bytes."))
            }
            if isDynamic, one.substitutions?.isEmpty == false {
                defects.append(
                    SendGridDefect(
                        "personalizations.\(index).substitutions",
                        "Substitutions may not be used with dynamic templating"))
            }
            if !isDynamic, one.templateData?.isEmpty == false {
                defects.append(
                    SendGridDefect(
                        "personalizations.\(index).dynamic_template_data",
                        "dynamic_template_data may only be used with a dynamic template."
                    ))
            }
            if let time = one.sendAt { defects += Self.defects(ofTime: time, "personalizations.\(index).send_at", now) }
        }
        if !Self.isAddress(from?.email) {
            defects.append(SendGridDefect("from.email", "The from email does not contain a valid address."))
        }
        let everyoneHasASubject =
            !(personalizations ?? []).isEmpty && (personalizations ?? []).allSatisfy { !($0.subject ?? "").isEmpty }
        if (subject ?? "").isEmpty, !everyoneHasASubject, template?.subject.isEmpty ?? true {
            defects.append(SendGridDefect("subject", "The subject is required, here or in every personalization."))
        }
        if let time = sendAt { defects += Self.defects(ofTime: time, "send_at", now) }
        return defects + replyDefects + templateDefects(template) + contentDefects + attachmentDefects + categoryDefects
            + Self.headerDefects(headers, "headers")
    }

    private static func defects(ofTime time: Int64, _ place: String, _ now: Int64) -> [SendGridDefect] {
        guard now > 0, time > now, time - now > 72 * 3_600 else { return [] }
        return [SendGridDefect(place, "The send_at parameter may not be more than 72 hours in the future.")]
    }

    private var replyDefects: [SendGridDefect] {
        if replyTo != nil, replyToList != nil {
            return [SendGridDefect("reply_to", "The reply_to and reply_to_list parameters may not be used together.")]
        }
        let one = replyTo.map { [("reply_to.email", $0)] } ?? []
        let several = (replyToList ?? []).enumerated().map { ("reply_to_list.\($0).email", $1) }
        return (one + several).filter { !Self.isAddress($0.1.email) }.map {
            SendGridDefect($0.0, "The reply_to email does not contain a valid address.")
        }
    }

    private func templateDefects(_ template: SendGridTemplate?) -> [SendGridDefect] {
        guard let templateID, template == nil else { return [] }
        guard SendGridTemplate.isID(templateID) else {
            return [
                SendGridDefect("template_id", "The template_id must be a valid GUID, you provided '\(templateID)'.")
            ]
        }
        return [SendGridDefect("template_id", "The template does not exist, or no version of it is active.")]
    }

    private var attachmentDefects: [SendGridDefect] {
        (attachments ?? []).enumerated().flatMap { index, file in
            var defects: [SendGridDefect] = []
            let place = "attachments.\(index)"
            if (file.content ?? "").isEmpty {
                defects.append(SendGridDefect("\(place).content", "The attachment content is required."))
            } else if file.bytes == nil {
                defects.append(SendGridDefect("\(place).content", "The attachment content must be base64 encoded."))
            }
            if (file.filename ?? "").isEmpty {
                defects.append(SendGridDefect("\(place).filename", "The filename of an attachment is required."))
            } else if file.filename?.contains(where: { $0.isNewline || $0 == "\"" }) == true {
                defects.append(
                    SendGridDefect("\(place).filename", "The filename of an attachment has one line and no quotes."))
            }
            if let type = file.type, !type.contains("/") || type.contains(where: { $0.isNewline || $0 == ";" }) {
                defects.append(
                    SendGridDefect("\(place).type", "The type of an attachment cannot contain ';', or CRLF characters.")
                )
            }
            if let disposition = file.disposition, disposition != "inline", disposition != "attachment" {
                defects.append(
                    SendGridDefect(
                        "\(place).disposition", "The disposition of an attachment must be inline or attachment."))
            }
            if file.disposition == "inline", (file.contentID ?? "").isEmpty {
                defects.append(
                    SendGridDefect("\(place).content_id", "The content_id is required for attachments that are inline.")
                )
            }
            return defects
        }
    }

    private var categoryDefects: [SendGridDefect] {
        guard let categories else { return [] }
        if categories.count > 10 {
            return [SendGridDefect("categories", "The number of categories must be no more than 10.")]
        }
        if Set(categories).count < categories.count {
            return [SendGridDefect("categories", "Categories must be unique.")]
        }
        return categories.enumerated().filter { $1.isEmpty || $1.utf8.count > 255 }.map {
            SendGridDefect("categories.\($0.0)", "A category has 1 to 255 characters.")
        }
    }

    private var contentDefects: [SendGridDefect] {
        if isDynamic, content?.isEmpty ?? true { return [] }
        guard let content, !content.isEmpty else {
            return [
                SendGridDefect(
                    "content", "The content parameter is required. There must be at least one defined content block.")
            ]
        }
        var defects: [SendGridDefect] = []
        for (index, part) in content.enumerated() {
            if !(part.type ?? "").contains("/") {
                defects.append(
                    SendGridDefect("content.\(index).type", "The content type is required and a media type."))
            }
            if (part.value ?? "").isEmpty {
                defects.append(
                    SendGridDefect(
                        "content.\(index).value", "The content value must be a string at least one character in length."
                    ))
            }
        }
        let types = content.compactMap(\.type)
        if let text = types.firstIndex(of: "text/plain"), text != 0 {
            defects.append(
                SendGridDefect(
                    "content", "If present, text/plain must be first, followed by text/html, followed by any other."))
        }
        if Set(types).count != types.count {
            defects.append(SendGridDefect("content", "Each content type may be given once."))
        }
        return defects
    }

    private static func defects(of one: Personalization, _ place: String) -> [SendGridDefect] {
        var defects: [SendGridDefect] = []
        if one.to?.isEmpty ?? true {
            defects.append(
                SendGridDefect(
                    "\(place).to",
                    "The to array is required for all personalization objects, and must have at least one email object."
                ))
        }
        var known: Set<String> = []
        for (name, list) in [("to", one.to), ("cc", one.cc), ("bcc", one.bcc)] {
            for (index, address) in (list ?? []).enumerated() {
                if !isAddress(address.email) {
                    defects.append(
                        SendGridDefect("\(place).\(name).\(index).email", "Does not contain a valid address."))
                } else if !known.insert((address.email ?? "").lowercased()).inserted {
                    defects.append(
                        SendGridDefect(
                            place,
                            "Each email address in the personalization block should be unique between to, cc, and bcc.")
                    )
                }
            }
        }
        return defects + headerDefects(one.headers, "\(place).headers")
    }

    private static func headerDefects(_ headers: [String: String]?, _ place: String) -> [SendGridDefect] {
        (headers ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
            if reservedHeaders.contains(name.lowercased()) {
                return SendGridDefect("\(place).\(name)", "This header is reserved.")
            }
            guard name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }), !name.isEmpty else {
                return SendGridDefect("\(place).\(name)", "This is no name of a header.")
            }
            return value.contains(where: \.isNewline)
                ? SendGridDefect("\(place).\(name)", "Headers have one line.") : nil
        }
    }

    private static let reservedHeaders: Set<String> = [
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
        "subject",
        "reply-to", "cc", "bcc",
    ]

    private static func isAddress(_ text: String?) -> Bool {
        guard let text, let at = text.lastIndex(of: "@"), text.utf8.count <= 254 else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        return !local.isEmpty && !domain.isEmpty && !domain.hasPrefix(".") && !domain.hasSuffix(".")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\"\\".utf8.contains($0) }
    }
}
