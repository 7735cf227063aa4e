/// The rate an order was priced with, kept with it: refunds use the same one.
public struct AppliedRate: Hashable, Sendable {
    /// The set it was taken from.
    public let setID: RateSet.ID
    /// The currency of the base prices, which the rate is from.
    public let base: Currency
    /// From the base prices' currency to the order's, the margin included.
    public let value: ExchangeRate
    /// What the shop put on top of the published rate.
    public let margin: RateMargin
    /// The day of the set.
    public let date: CalendarDay
    /// Who published the set.
    public let source: String

    /// Records a rate with where it comes from.
    public init(setID: RateSet.ID, base: Currency, value: ExchangeRate, margin: RateMargin, date: CalendarDay, source: String) {
        self.setID = setID
        self.base = base
        self.value = value
        self.margin = margin
        self.date = date
        self.source = source
    }
}
