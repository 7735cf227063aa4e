/// What a line of a cart or an order costs: one piece, and all of them.
///
/// Only the line is charged. It is rounded once, as a whole, half up to what can be charged in its currency
/// (``Currency/chargeableStep``), so the price of one piece is a rounded figure for people and the two may differ by up
/// to half a step a piece.
package struct LinePrice: Hashable, Sendable {
    /// Price of one piece.
    package let unit: Money
    /// Price of all pieces.
    package let total: Money

    package init(unit: Money, total: Money) {
        self.unit = unit
        self.total = total
    }

    /// Pieces whose price needs no conversion. Throws `overflow`.
    package init(_ unit: Money, times quantity: Quantity) throws(MoneyError) {
        self.init(unit: try unit.roundedToChargeable(), total: try unit.multiplied(by: quantity).roundedToChargeable())
    }

    /// Pieces whose price is converted. Throws `overflow`.
    package init(_ unit: Money, times quantity: Quantity, at rate: ExchangeRate, in currency: Currency)
        throws(MoneyError)
    {
        self.init(
            unit: try rate.convert(unit, to: currency),
            total: try rate.convert(try unit.multiplied(by: quantity), to: currency))
    }
}

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
