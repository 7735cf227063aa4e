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
