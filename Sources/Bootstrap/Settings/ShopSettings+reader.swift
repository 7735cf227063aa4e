import Domain
import Providers
package import Storage

extension ShopSettings {
    /// Reads `SHOP_CURRENCY`, `SHOP_LANGUAGE`, `RESERVATION_SECONDS`, `RESERVATION_MAX_SECONDS`, `DECLINES_PER_HOUR`,
    /// `CART_KEEP_DAYS`, `RATES_MARGIN_PERCENT`, `RATES_MAX_AGE_DAYS` and `MAIL_PAYMENT_FAILED_SECONDS`, and what depends on
    /// `PAYMENTS_PROVIDER`.
    package init(_ reader: inout SettingsReader) {
        let provider = PaymentProviders.chosen(&reader)
        self.init(
            currency: reader.value("SHOP_CURRENCY", default: .usd, expected: "a currency code of ISO 4217 such as USD")
            { Currency($0) },
            reservation: .seconds(reader.integer("RESERVATION_SECONDS", default: 900, in: 1...86_400)),
            maximumReservation: .seconds(reader.integer("RESERVATION_MAX_SECONDS", default: 3600, in: 1...604_800)),
            declinesPerHour: reader.integer("DECLINES_PER_HOUR", default: 10, in: 0...10_000),
            cartLifetime: .seconds(86_400 * reader.integer("CART_KEEP_DAYS", default: 30, in: 1...3650)),
            rateMargin: reader.value(
                "RATES_MARGIN_PERCENT", default: .zero,
                expected: "per cent from 0 to 20 with up to two decimals, such as 2.5"
            ) { RateMargin(percent: $0) },
            maximumRateAgeDays: reader.integer("RATES_MAX_AGE_DAYS", default: 10, in: 1...365),
            language: reader.choice("SHOP_LANGUAGE", default: .english),
            paymentFailedEmailDelay: .seconds(
                reader.integer("MAIL_PAYMENT_FAILED_SECONDS", default: 120, in: 0...3600)),
            charges: provider.charges, paymentProvider: provider.name)
    }
}
