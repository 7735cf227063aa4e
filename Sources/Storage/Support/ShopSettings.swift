package import Domain

/// What the stores need to know about how this shop is run.
package struct ShopSettings: Hashable, Sendable {
    /// The currency of base prices, and of carts and orders that name none (`SHOP_CURRENCY`).
    package var currency: Currency
    /// How long stock is reserved for an order that is being paid (`RESERVATION_SECONDS`).
    package var reservation: Duration
    /// How long stock stays reserved at the most for an order whose payment is tried again and again
    /// (`RESERVATION_MAX_SECONDS`).
    package var maximumReservation: Duration
    /// So many declined payments in an hour of one user, card or client, and no more are taken; 0 for any number
    /// (`DECLINES_PER_HOUR`).
    package var declinesPerHour: Int
    /// How long a guest's cart that the guest does not touch is kept (`CART_KEEP_DAYS`).
    package var cartLifetime: Duration
    /// At so many pieces that can still be promised, or fewer, a unit without a threshold of its own is low
    /// (`STOCK_LOW_THRESHOLD`).
    package var lowStockThreshold: Int
    /// What is put on top of published rates when prices are converted (`RATES_MARGIN_PERCENT`).
    package var rateMargin: RateMargin
    /// Rates older than this many days stop checkout in currencies that need them (`RATES_MAX_AGE_DAYS`).
    package var maximumRateAgeDays: Int

    /// What email is written in when the customer names no language (`SHOP_LANGUAGE`).
    package var language: Language
    /// How long a declined order may wait for another card before its customer is written to
    /// (`EMAIL_PAYMENT_FAILED_SECONDS`).
    package var paymentFailedEmailDelay: Duration

    /// How long the provider holds authorized money that is captured later (`PAYMENTS_CAPTURE_DAYS`).
    package var captureWindow: Duration

    /// Which amounts the payment provider charges.
    package var charges: ChargeLimits
    /// The name of the payment provider (`PAYMENTS_PROVIDER`), under which its events are stored.
    package var paymentProvider: String

    /// The defaults: US dollars, 15 minutes and an hour at the most, ten declines, no margin, 10 days, 7 days, English,
    /// 2 minutes, any amount, 5 pieces.
    package init(
        currency: Currency = .usd, reservation: Duration = .seconds(900), maximumReservation: Duration = .seconds(3600),
        declinesPerHour: Int = 10, cartLifetime: Duration = .seconds(30 * 86_400), rateMargin: RateMargin = .zero,
        maximumRateAgeDays: Int = 10, captureWindow: Duration = .seconds(7 * 86_400), language: Language = .english,
        paymentFailedEmailDelay: Duration = .seconds(120), charges: ChargeLimits = .none,
        paymentProvider: String = "none", lowStockThreshold: Int = 5
    ) {
        self.currency = currency
        self.reservation = reservation
        self.maximumReservation = maximumReservation
        self.declinesPerHour = declinesPerHour
        self.cartLifetime = cartLifetime
        self.rateMargin = rateMargin
        self.maximumRateAgeDays = maximumRateAgeDays
        self.captureWindow = captureWindow
        self.language = language
        self.paymentFailedEmailDelay = paymentFailedEmailDelay
        self.charges = charges
        self.paymentProvider = paymentProvider
        self.lowStockThreshold = lowStockThreshold
    }
}
