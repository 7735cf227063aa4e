/// The rate an order was priced with, kept with it: refunds use the same one.
package struct AppliedRate: Hashable, Sendable {
    /// The set it was taken from.
    package let setID: RateSet.ID
    /// The currency of the base prices, which the rate is from.
    package let base: Currency
    /// From the base prices' currency to the order's, the margin included.
    package let value: ExchangeRate
    /// What the shop put on top of the published rate.
    package let margin: RateMargin
    /// The day of the set.
    package let date: CalendarDay
    /// Who published the set.
    package let source: String

    /// Records a rate with where it comes from.
    package init(
        setID: RateSet.ID, base: Currency, value: ExchangeRate, margin: RateMargin, date: CalendarDay, source: String
    ) {
        self.setID = setID
        self.base = base
        self.value = value
        self.margin = margin
        self.date = date
        self.source = source
    }
}

extension AppliedRate {
    /// What refunds come to in the currency of the base prices, at the rate the order was priced with, whatever rates
    /// are today.
    ///
    /// Each is what the sum of all so far comes to, less what those before it came to: parts that add up to the whole
    /// come to exactly what the whole comes to. Refunds that failed or were canceled come to nothing and are left
    /// out.
    ///
    /// - Parameter refunds: all of one order, oldest first.
    /// - Returns: an amount for each refund that is asked for, under way or done.
    /// - Throws: `MoneyError.overflow`, and `currencyMismatch` when they are not of one currency.
    package func baseAmounts(of refunds: [Refund]) throws(MoneyError) -> [Refund.ID: Money] {
        var amounts: [Refund.ID: Money] = [:]
        var (sum, baseSum) = (Money?.none, Money.zero(base))
        for refund in refunds where refund.status.isLive {
            let next = try sum?.adding(refund.amount) ?? refund.amount
            let nextBase = try value.revert(next, to: base)
            amounts[refund.id] = try nextBase.subtracting(baseSum)
            (sum, baseSum) = (next, nextBase)
        }
        return amounts
    }
}
