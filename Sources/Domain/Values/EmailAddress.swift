import Foundation

/// An email address that can be put on an envelope: one `@`, at most 254 bytes (RFC 5321, section 4.5.3.1), no quoting,
/// no comments.
///
/// Mailbox and domain may be written in the letters of all scripts (RFC 6531, RFC 5891). The domain is kept as it goes
/// over the wire, so that any server takes an address whose mailbox is ASCII; ``readable`` is what people write. Two
/// spellings of one address, composed or not, in whatever case of letters beyond ASCII, are one text.
///
/// It prints masked, so an address that ends up in a log line reveals no customer. `rawValue` is the real text.
package struct EmailAddress: RawRepresentable, Hashable, Sendable {
    /// The address with its domain in lower-case ASCII (`xn--…` where it has other letters).
    package let rawValue: String

    /// `nil` when the text is not an address of the kind described above.
    package init?(rawValue: String) {
        guard rawValue.utf8.count <= 1_024, let at = rawValue.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        guard let local = Self.localPart(rawValue[..<at]),
            let domain = DomainName.ascii(rawValue[rawValue.utf8.index(after: at)...])
        else { return nil }
        let address = "\(local)@\(domain)"
        guard address.utf8.count <= 254 else { return nil }
        self.rawValue = address
    }

    /// Checks text from outside. Throws `email_invalid`.
    package init(_ text: String) throws(InvalidValue) {
        guard let address = Self(rawValue: text) else {
            throw InvalidValue(code: "email_invalid", message: "Expected an email address such as name@example.com.")
        }
        self = address
    }

    /// What two spellings of one mailbox have in common: everything in lower case. Accounts are unique by it.
    ///
    /// It is what `lower(email)` makes of the text in a database of any locale: letters beyond ASCII are in lower case
    /// already.
    package var key: String { rawValue.lowercased() }

    /// The address as people write it, with the letters of its domain.
    package var readable: String {
        guard let at = rawValue.utf8.lastIndex(of: UInt8(ascii: "@")) else { return rawValue }
        return rawValue[...at] + DomainName.unicode(rawValue[rawValue.utf8.index(after: at)...])
    }

    /// Whether only a server that knows SMTPUTF8 (RFC 6531) can take email for it.
    package var needsSMTPUTF8: Bool { rawValue.utf8.contains { $0 >= 0x80 } }

    /// The mailbox in its one spelling.
    private static func localPart(_ text: Substring) -> String? {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let local =
            isASCII
            ? String(text)
            : String(text).precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
        guard (1...64).contains(local.utf8.count) else { return nil }
        let atoms = local.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        let isValid = atoms.allSatisfy { atom in
            atom.first.map { !DomainName.isMark($0) } ?? false
                && atom.allSatisfy { $0.isASCII ? isAtomText($0) : isLetter($0) }
        }
        return isValid ? local : nil
    }

    /// `atext` of RFC 5322, section 3.2.3.
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
        }
    }

    /// What a mailbox may hold beyond ASCII: letters, their marks, digits and symbols. No spaces, nothing invisible,
    /// and nothing that turns the text around it.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber, .otherSymbol:
            true
        default: false
        }
    }
}

extension EmailAddress: Codable {}

extension EmailAddress: CustomStringConvertible, CustomDebugStringConvertible {
    /// The first letters of mailbox and domain and the last label: `a***@d***.com`.
    package var description: String {
        let parts = rawValue.split(separator: "@")
        guard parts.count == 2, let name = parts[0].first, let host = parts[1].first,
            let last = parts[1].split(separator: ".").last
        else {
            return "***"
        }
        return "\(name)***@\(host)***.\(last)"
    }

    /// Masked as well.
    package var debugDescription: String { description }
}
