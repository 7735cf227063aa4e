public import Domain

/// What the stores need to know about how this shop is run.
public struct ShopSettings: Hashable, Sendable {
    /// The currency of base prices, and of carts and orders that name none (`SHOP_CURRENCY`).
    public var currency: Currency
    /// How long stock is set aside for an order that is being paid (`RESERVATION_SECONDS`).
    public var reservation: Duration
    /// Rates older than this many days stop checkout in currencies that need them.
    public var maximumRateAgeDays: Int

    /// How long the provider keeps money set aside that is taken later (`PAYMENTS_CAPTURE_DAYS`).
    public var captureWindow: Duration

    /// The defaults: US dollars, 15 minutes, 10 days, 7 days.
    public init(
        currency: Currency = .usd, reservation: Duration = .seconds(900), maximumRateAgeDays: Int = 10,
        captureWindow: Duration = .seconds(7 * 86_400)
    ) {
        self.currency = currency
        self.reservation = reservation
        self.maximumRateAgeDays = maximumRateAgeDays
        self.captureWindow = captureWindow
    }
}
