/// A stock-keeping unit: what the warehouse counts. Upper-case letters, digits, `.`, `_` and `-`, 1 to 64 characters.
package struct SKU: RawRepresentable, Hashable, Sendable {
    /// The text.
    package let rawValue: String

    /// Takes the text as it is when it keeps the rules, otherwise `nil`.
    package init?(rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count), rawValue.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.rawValue = rawValue
    }

    /// Checks text from outside. Throws `sku_invalid`.
    package init(_ text: String) throws(InvalidValue) {
        guard let sku = Self(rawValue: text) else {
            throw InvalidValue(
                code: "sku_invalid",
                message: "Expected 1 to 64 upper-case letters, digits, dots, underscores or hyphens.")
        }
        self = sku
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

extension SKU: Codable {}

extension SKU: Comparable {
    /// Byte order: the order in which stock rows are locked, everywhere. PostgreSQL sorts them alike under `COLLATE
    /// "C"`.
    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}

extension SKU: CustomStringConvertible {
    /// The text.
    package var description: String { rawValue }
}
