internal import Arithmetic
package import FoundationEssentials

/// An id that cannot be mixed up with the id of something else: `Order.ID` and `Product.ID` are different types.
///
/// The value is a UUID of version 7 (RFC 9562, section 5.7): its first 48 bits are the creation time in Unix
/// milliseconds, so that rows inserted one after the other land next to each other in an index. Its text form is lower
/// case.
package struct Identifier<Owner>: RawRepresentable, Hashable, Sendable {
    /// The UUID as databases and wire formats see it.
    package let rawValue: UUID

    /// Wraps a UUID that already exists, whatever its version.
    package init(rawValue: UUID) {
        self.rawValue = rawValue
    }

    /// A new id for something that comes to be now.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(at: Date(), using: &generator)
    }

    /// A new id with a given creation time and source of randomness, for tests that must come out the same each time.
    ///
    /// The twelve bits after the version hold the fraction of the millisecond (RFC 9562, section 6.2, method 3), so ids
    /// made by one process sort by creation down to about a quarter of a microsecond.
    package init(at date: Date, using generator: inout some RandomNumberGenerator) {
        let milliseconds = min(max(0, date.timeIntervalSince1970 * 1000), Double(UInt64(1) << 48 - 1))
        let whole = UInt64(saturating: milliseconds)
        let fraction = UInt64(saturating: (milliseconds - Double(whole)) * 4096) & 0xFFF
        let high = (whole << 16) | 0x7000 | fraction
        let low = (UInt64.random(in: .min ... .max, using: &generator) & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * index)) }
        rawValue = UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5), byte(high, 6),
                byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4), byte(low, 5), byte(low, 6),
                byte(low, 7)
            ))
    }

    /// Reads the 36-character text form, in either case. `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        // The library takes signs and other numbers of digits as well.
        let isForm = text.utf8.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            }
        }
        guard text.utf8.count == 36, isForm, let uuid = UUID(uuidString: String(text)) else { return nil }
        rawValue = uuid
    }
}

extension Identifier: CustomStringConvertible {
    /// The lower-case text form (RFC 9562, section 4, asks for lower case on output).
    package var description: String { rawValue.uuidString.lowercased() }
}

extension Identifier: Comparable {
    /// Byte order, which is the order of creation for ids of version 7 and the order PostgreSQL sorts them in.
    package static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.rawValue.uuid) { left in
            withUnsafeBytes(of: right.rawValue.uuid) { right in left.lexicographicallyPrecedes(right) }
        }
    }
}

extension Identifier: Codable {
    /// Reads the text form. Throws `DecodingError.dataCorrupted` when it is not a UUID.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a UUID of 36 characters")
        }
        self = value
    }

    /// Writes the lower-case text form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A value from outside that breaks a rule of the shop, with a code for programs and a sentence for people.
///
/// Neither part repeats the value itself, so both may be logged and shown.
package struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable code in snake case, such as `quantity_out_of_range`.
    package let code: String
    /// What was expected, in one sentence.
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the sentence.
    package var description: String { "\(code): \(message)" }
}
