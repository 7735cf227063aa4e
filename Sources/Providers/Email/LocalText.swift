internal import Domain
internal import Foundation

/// Amounts, days and moments as readers of a language write them: `$1,234.50` and `1.234,50 €`, `24. November 2026`.
struct LocalText {
    private let locale: Locale
    private let timeZone: TimeZone

    init(_ language: Language, timeZone: TimeZone) {
        locale = Locale(identifier: language.rawValue)
        self.timeZone = timeZone
    }

    /// An amount with the decimals of ISO 4217, which differ from what is customary in some currencies.
    func amount(_ money: Money) -> String {
        let exponent = money.currency.exponent
        let value = Decimal(
            sign: money.amount < 0 ? .minus : .plus, exponent: -exponent, significand: Decimal(money.amount.magnitude))
        return value.formatted(
            Decimal.FormatStyle.Currency(code: money.currency.code, locale: locale).precision(.fractionLength(exponent))
        )
    }

    /// A country by its two letters; nil for letters that name none.
    func country(_ code: String) -> String? {
        guard Country(rawValue: code) != nil else { return nil }
        return locale.localizedString(forRegionCode: code)
    }

    /// A day, in the shop's time zone.
    func day(_ date: Date) -> String {
        date.formatted(Date.FormatStyle(date: .long, time: .omitted, locale: locale, timeZone: timeZone))
    }

    /// A day and a time, in the shop's time zone, which is named.
    func moment(_ date: Date) -> String {
        date.formatted(Date.FormatStyle(date: .long, time: .shortened, locale: locale, timeZone: timeZone).timeZone())
    }
}
