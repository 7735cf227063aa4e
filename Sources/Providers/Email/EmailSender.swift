package import Domain

/// Whom the shop's mail comes from: an address, and a name to show with it.
package struct EmailSender: Sendable, Hashable {
    /// The address; its host also ends every Message-ID.
    package let address: EmailAddress
    /// The name shown, `nil` for none.
    package let name: String?

    /// Reads `orders@shop.example` or `The Shop <orders@shop.example>`.
    ///
    /// - Throws: when the text is neither, or the name holds control characters.
    package init(_ text: String) throws(ProviderSettingError) {
        let parts = text.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
        let hasName = parts.count == 2 && parts[1].hasSuffix(">")
        let address = EmailAddress(rawValue: String(hasName ? parts[1].dropLast() : text[...]))
        let name = hasName ? parts[0].split(separator: " ").joined(separator: " ") : ""
        guard let address, HeaderText.isSafe(name) else {
            throw ProviderSettingError(
                setting: "sender of mails", expected: "an address such as Shop <orders@shop.example> is expected.")
        }
        self.address = address
        self.name = name.isEmpty ? nil : name
    }

    /// The part of the address behind the `@`.
    var host: String {
        String(address.rawValue.split(separator: "@").last ?? "")
    }
}
