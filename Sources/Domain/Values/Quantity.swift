/// How many pieces of one product: 1 to 999.
package struct Quantity: RawRepresentable, Hashable, Sendable {
    /// The allowed numbers of pieces.
    package static let range = 1...999
    /// One piece.
    package static let one = Quantity(unchecked: 1)

    /// The number of pieces.
    package let rawValue: Int

    private init(unchecked value: Int) { rawValue = value }

    /// `nil` outside of 1…999.
    package init?(rawValue: Int) {
        guard Self.range.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Checks a number from outside. Throws `quantity_out_of_range`.
    package init(_ value: Int) throws(InvalidValue) {
        guard let quantity = Self(rawValue: value) else {
            throw InvalidValue(code: "quantity_out_of_range", message: "Expected a whole number from 1 to 999.")
        }
        self = quantity
    }
}

extension Quantity: Codable {}

extension Quantity: Comparable {
    /// By number of pieces.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Quantity: CustomStringConvertible {
    /// The number.
    package var description: String { String(rawValue) }
}
