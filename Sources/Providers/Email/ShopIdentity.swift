package import Domain

/// How the shop presents itself in its emails.
package struct ShopIdentity: Sendable, Hashable {
    /// A way to reach the shop.
    package enum Contact: Sendable, Hashable {
        /// An email address.
        case email(String)
        /// A number as people write it.
        case phone(String)
        /// A web address.
        case web(String)

        /// Reads `help@shop.example`, `+44 20 7946 0000` or `https://shop.example/help`; nil for anything else.
        package init?(_ text: String) {
            if EmailAddress(rawValue: text) != nil {
                self = .email(text)
            } else if ["http://", "https://"].contains(where: { text.lowercased().hasPrefix($0) }) {
                guard text.utf8.count <= 200,
                    text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"<>".utf8.contains($0) })
                else {
                    return nil
                }
                self = .web(text)
            } else {
                let digits = text.utf8.filter { (0x30...0x39).contains($0) }.count
                guard (5...15).contains(digits),
                    text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+ ()-./".utf8.contains($0) })
                else {
                    return nil
                }
                self = .phone(text)
            }
        }

        /// As it is shown.
        var text: String {
            switch self {
            case .email(let text), .phone(let text), .web(let text): text
            }
        }

        /// Where a click on it leads.
        var link: String {
            switch self {
            case .email(let text): "mailto:" + text
            case .phone(let text): "tel:" + text.filter { $0 == "+" || $0.isASCII && $0.isNumber }
            case .web(let text): text
            }
        }
    }

    /// The longest name.
    package static let maximumName = 80

    /// Its name, in subjects and bodies.
    package let name: String
    /// Its postal address, line by line.
    package let address: [String]
    /// How it can be reached.
    package let contacts: [Contact]
    /// Its picture.
    package let logo: EmailImage?

    /// - Throws: when name or address hold what may not stand in a line of text.
    package init(
        name: String = "Shop", address: [String] = [], contacts: [Contact] = [], logo: EmailImage? = nil
    ) throws(ProviderSettingError) {
        guard (1...Self.maximumName).contains(name.count), HeaderText.isSafe(name),
            name.contains(where: { !$0.isWhitespace })
        else {
            throw ProviderSettingError(
                setting: "shop name", expected: "a line of text of at most \(Self.maximumName) characters is expected.")
        }
        guard address.count <= 8, address.allSatisfy({ (1...120).contains($0.count) && HeaderText.isSafe($0) }) else {
            throw ProviderSettingError(
                setting: "shop address", expected: "at most 8 lines of at most 120 characters are expected.")
        }
        self.name = name
        self.address = address
        self.contacts = contacts
        self.logo = logo
    }
}
