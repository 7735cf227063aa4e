/// The part of a provider's address that is a setting: `https://api.stripe.com`, `http://127.0.0.1:9090`.
package struct BaseURL: Sendable, Hashable {
    /// Without a slash at the end.
    package let text: String
    /// `http` or `https`.
    package let scheme: String
    /// Host in lower case, without port.
    package let host: String

    /// - Parameter setting: named in the error.
    package init(_ text: String, setting: String) throws(ProviderSettingError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[1].isEmpty, ["http:", "https:"].contains(parts[0].lowercased()),
            !parts[2].isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("?"), !text.contains("#"),
            !parts[2].contains("@"),
            !parts[2].hasPrefix(":")
        else {
            throw ProviderSettingError(
                setting: setting,
                expected: "an address such as https://api.example.com is expected, without user, query or fragment.")
        }
        scheme = String(parts[0].lowercased().dropLast())
        let authority = parts[2].lowercased()
        host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : String(authority.prefix { $0 != ":" })
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

/// A setting of a provider that cannot be used. Found at start, so that a process with a bad setting does not run.
package struct ProviderSettingError: Error, Sendable, Hashable {
    /// Which setting, in words: "payment API key".
    package let setting: String
    /// What was expected. Never repeats the value, which may be a secret.
    package let expected: String

    package init(setting: String, expected: String) {
        self.setting = setting
        self.expected = expected
    }
}

extension ProviderSettingError: CustomStringConvertible {
    /// A sentence for the operator who starts the process.
    package var description: String {
        "The \(setting) cannot be used: \(expected)"
    }
}

/// Percent-encoding of everything but RFC 3986's unreserved characters, which is safe in a path segment, a query and a
/// form alike.
package enum PercentEncoding {
    package static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
