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
