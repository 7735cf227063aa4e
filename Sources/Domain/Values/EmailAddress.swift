/// A mail address that can be put on an envelope: ASCII, one `@`, at most 254 bytes (RFC 5321, section 4.5.3.1), no quoting, no comments.
///
/// It prints masked, so an address that strays into a log line does not give anybody away. `rawValue` is the real text.
public struct EmailAddress: RawRepresentable, Hashable, Sendable {
    /// The address with its domain in lower case.
    public let rawValue: String

    /// `nil` when the text is not an address of the kind described above.
    public init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = rawValue[..<at]
        let domain = rawValue[bytes.index(after: at)...].lowercased()
        guard Self.isLocalPart(local), Self.isDomain(domain) else { return nil }
        self.rawValue = "\(local)@\(domain)"
    }

    /// Checks text from outside. Throws `email_invalid`.
    public init(_ text: String) throws(InvalidValue) {
        guard let address = Self(rawValue: text) else {
            throw InvalidValue(code: "email_invalid", message: "Expected a mail address such as name@example.com.")
        }
        self = address
    }

    /// What two spellings of one mailbox have in common: everything in lower case. Accounts are unique by it.
    public var key: String { rawValue.lowercased() }

    private static func isLocalPart(_ text: Substring) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        let atoms = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return atoms.allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomText) }
    }

    private static func isDomain(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, text.utf8.count <= 253 else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// `atext` of RFC 5322, section 3.2.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}

extension EmailAddress: Codable {}

extension EmailAddress: CustomStringConvertible, CustomDebugStringConvertible {
    /// The first letters of mailbox and domain and the last label: `a***@d***.com`.
    public var description: String {
        let parts = rawValue.split(separator: "@")
        guard parts.count == 2, let name = parts[0].first, let host = parts[1].first, let last = parts[1].split(separator: ".").last else {
            return "***"
        }
        return "\(name)***@\(host)***.\(last)"
    }

    /// Masked as well.
    public var debugDescription: String { description }
}
