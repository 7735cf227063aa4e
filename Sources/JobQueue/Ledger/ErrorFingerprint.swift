/// What errors of one cause have in common, however their ids, numbers and addresses differ: operators see and repair
/// them as one group.
package enum ErrorFingerprint {
    /// Twelve hexadecimal digits, the same in every process and version: FNV-1a (Fowler, Noll, Vo; 64 bits, the upper
    /// 48 kept) of kind, code and ``normalized(_:)`` message.
    package static func of(kind: String, code: String, message: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in [kind, code, normalized(message)] {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            // No UTF-8 text has this byte, so no part can pass for two.
            hash = (hash ^ 0xFF) &* 0x100_0000_01b3
        }
        let digits = String(hash >> 16, radix: 16)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    /// The message with a `#` for everything that differs from case to case: quoted text, and words with a digit, with
    /// `@` or `://`, or of eight or more hexadecimal letters. Several in a row are one. White space is one space. What
    /// stands behind the first 500 characters does not count.
    package static func normalized(_ message: String) -> String {
        var reader = Reader(scalars: Array(message.unicodeScalars.prefix(500)))
        return reader.read()
    }

    private struct Reader {
        let scalars: [Unicode.Scalar]
        var position = 0
        var text = String.UnicodeScalarView()

        init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

        mutating func read() -> String {
            while position < scalars.count {
                let scalar = scalars[position]
                if scalar.properties.isWhitespace {
                    if text.last != " " { text.append(" ") }
                    position += 1
                } else if let end = endOfQuotation() {
                    appendPlaceholder()
                    position = end + 1
                } else if scalar.isPartOfWord {
                    readWord()
                } else {
                    text.append(scalar)
                    position += 1
                }
            }
            return String(text)
        }

        /// Where the quotation ends that begins here. An apostrophe inside a word is none.
        private func endOfQuotation() -> Int? {
            guard let closing = scalars[position].closingQuote, position == 0 || !scalars[position - 1].isAlphanumeric
            else { return nil }
            return scalars.indices[(position + 1)...].first { index in
                scalars[index] == closing && (index + 1 == scalars.count || !scalars[index + 1].isAlphanumeric)
            }
        }

        private mutating func readWord() {
            let end = scalars.indices[position...].first { !scalars[$0].isPartOfWord } ?? scalars.count
            // The full stop or colon behind a word is not part of it.
            let length = scalars[position..<end].lastIndex { $0.isAlphanumeric }.map { $0 + 1 - position } ?? 0
            let word = scalars[position..<position + length]
            if word.isVariable {
                appendPlaceholder()
            } else {
                text.append(contentsOf: word)
            }
            text.append(contentsOf: scalars[(position + length)..<end])
            position = end
        }

        private mutating func appendPlaceholder() {
            let trimmed = text.lastIndex { $0 != " " && $0 != "," }
            if let trimmed, text[trimmed] == "#" {
                text.removeSubrange(text.index(after: trimmed)...)
            } else {
                text.append("#")
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isAlphanumeric: Bool { properties.isAlphabetic || properties.numericType != nil }

    /// Letters, digits, and what joins them in ids, paths, addresses and numbers.
    fileprivate var isPartOfWord: Bool {
        if isAlphanumeric { return true }
        return switch self {
        case "_", "-", ".", ":", "/", "@", "+", "%", "&", "?", "~", "\\", "$", "*", "=", "#": true
        default: false
        }
    }

    fileprivate var closingQuote: Unicode.Scalar? {
        switch self {
        case "'", "\"", "`": self
        case "“": "”"
        case "‘": "’"
        case "«": "»"
        case "„": "“"
        default: nil
        }
    }

    fileprivate var isHexLetter: Bool { ("a"..."f").contains(self) || ("A"..."F").contains(self) }
}

extension ArraySlice<Unicode.Scalar> {
    /// Whether the word names this one case rather than the kind of case.
    fileprivate var isVariable: Bool {
        contains { $0.properties.numericType != nil || $0 == "@" }
            || count >= 8 && allSatisfy(\.isHexLetter)
            || indices.dropLast(2).contains { self[$0] == ":" && self[$0 + 1] == "/" && self[$0 + 2] == "/" }
    }
}
