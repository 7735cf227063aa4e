/// In which steps money can be charged and given back. Cards are charged through networks that do not know every minor
/// unit: of thousandths the last digit must be 0, and the ariary is charged in whole units.
///
/// Source: Stripe documentation, "Supported currencies": three-decimal and zero-decimal currencies. The krona of
/// Iceland and the shilling of Uganda have no minor unit in ISO 4217 already; forint and Taiwan dollars are only paid
/// out, not charged, in whole units.
extension Currency {
    /// The smallest difference between two amounts that can be charged, in minor units: 1 for the US dollar, 10 for the
    /// Kuwaiti dinar.
    package var chargeableStep: Int64 {
        if code == "MGA" { return 100 }
        return exponent > 2 ? 10 : 1
    }
}

extension Money {
    /// Whether it can be charged, and given back, to the minor unit. Says nothing about its size.
    package var isChargeable: Bool { amount.isMultiple(of: currency.chargeableStep) }

    /// The nearest amount that can be charged, halves away from zero. Throws `overflow`.
    package func roundedToChargeable() throws(MoneyError) -> Money {
        try ExchangeRate.one.convert(self, to: currency)
    }
}
