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
