/// How much of one currency's major unit one unit of another buys, as an exact decimal.
///
/// Read from text and written as text: it never passes through binary floating point. Up to 18 significant digits, of
/// which at most `maximumScale` stand after the point.
package struct ExchangeRate: Hashable, Sendable {
    /// Most digits after the point that a rate keeps.
    package static let maximumScale = 12
    /// A unit of one currency buys one unit of the other.
    package static let one = ExchangeRate(mantissa: 1, scale: 0)
    /// The digits of every rate are fewer than this, so that two of them multiply within 128 bits.
    private static let mantissaLimit: Int64 = 1_000_000_000_000_000_000

    /// All digits of the rate as a whole number, greater than zero.
    let mantissa: Int64
    /// How many of the digits stand after the point.
    let scale: Int

    private init(mantissa: Int64, scale: Int) {
        var (mantissa, scale) = (mantissa, scale)
        // One rate has one form, so that equal rates compare equal: 1.50 is kept as 1.5.
        while scale > 0, mantissa % 10 == 0 { (mantissa, scale) = (mantissa / 10, scale - 1) }
        self.mantissa = mantissa
        self.scale = scale
    }

    /// Reads a plain decimal such as `1.0876`. `nil` for a sign, an exponent, zero, or more digits than the type keeps.
    package init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = Array(parts[0])
        var fraction = parts.count == 2 ? Array(parts[1]) : []
        guard !whole.isEmpty, parts.count == 1 || !fraction.isEmpty else { return nil }
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        let digits = whole + fraction
        guard fraction.count <= Self.maximumScale,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            return nil
        }
        var mantissa: Int64 = 0
        for digit in digits {
            // Looked at before the digit is added: a document may write more digits than 64 bits hold.
            guard mantissa < Self.mantissaLimit / 10 else { return nil }
            mantissa = mantissa * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        guard mantissa > 0 else { return nil }
        self.init(mantissa: mantissa, scale: fraction.count)
    }

    /// This rate divided by another, rounded half up at ten decimals: from rates of a common base to the rate between
    /// two currencies.
    /// `nil` when the result rounds to zero or does not fit.
    package func divided(by other: ExchangeRate) -> ExchangeRate? {
        let shift = 10 + other.scale - scale
        var numerator = Int128(mantissa)
        var denominator = Int128(other.mantissa)
        guard let power = Self.powerOfTen(abs(shift)) else { return nil }
        if shift >= 0 {
            let (product, overflow) = numerator.multipliedReportingOverflow(by: power)
            if overflow { return nil }
            numerator = product
        } else {
            let (product, overflow) = denominator.multipliedReportingOverflow(by: power)
            if overflow { return nil }
            denominator = product
        }
        let quotient = Self.roundedHalfUp(numerator, denominator)
        guard quotient > 0, quotient < Self.mantissaLimit else { return nil }
        return ExchangeRate(mantissa: Int64(quotient), scale: 10)
    }

    /// Changes an amount of money at this rate, rounded half up, once, to what can be charged in the target. Throws
    /// `overflow`.
    ///
    /// The rate is between major units, so the two exponents are taken into account: 10.00 USD at 150 is 1500 JPY, and
    /// 1.00 USD at 0.30745 is 0.310 KWD.
    /// Halves go away from zero, so that giving an amount back is the mirror of taking it.
    package func convert(_ money: Money, to target: Currency) throws(MoneyError) -> Money {
        let shift = target.exponent - money.currency.exponent - scale
        guard let power = Self.powerOfTen(abs(shift)) else { throw .overflow }
        var numerator = Int128(money.amount) * Int128(mantissa)
        var denominator: Int128 = 1
        if shift >= 0 {
            let (product, overflow) = numerator.multipliedReportingOverflow(by: power)
            if overflow { throw .overflow }
            numerator = product
        } else {
            denominator = power
        }
        let step = Int128(target.chargeableStep)
        let (stepped, overflow) = denominator.multipliedReportingOverflow(by: step)
        if overflow { throw .overflow }
        guard let steps = Int64(exactly: Self.roundedHalfUp(numerator, stepped)) else { throw .overflow }
        let (amount, isTooLarge) = steps.multipliedReportingOverflow(by: target.chargeableStep)
        if isTooLarge { throw .overflow }
        return Money(amount, target)
    }

    /// What an amount was before it was changed at this rate, rounded half up at the source's minor unit. Throws
    /// `overflow`.
    package func revert(_ money: Money, to source: Currency) throws(MoneyError) -> Money {
        let shift = source.exponent - money.currency.exponent + scale
        guard let power = Self.powerOfTen(abs(shift)) else { throw .overflow }
        let raised =
            shift >= 0 ? Int128(money.amount).multipliedReportingOverflow(by: power) : (Int128(money.amount), false)
        let divisor = shift >= 0 ? (Int128(mantissa), false) : Int128(mantissa).multipliedReportingOverflow(by: power)
        guard !raised.1, !divisor.1, let amount = Int64(exactly: Self.roundedHalfUp(raised.0, divisor.0)) else {
            throw .overflow
        }
        return Money(amount, source)
    }

    /// This rate with a margin on top, rounded half up where that takes more digits than a rate keeps. `nil` when it
    /// does not fit.
    package func raised(by margin: RateMargin) -> ExchangeRate? {
        // At most 10^18 × 12,000: fits into 128 bits.
        let raised = Int128(mantissa) * Int128(10_000 + margin.rawValue)
        let digits = scale + 4
        for dropped in max(0, digits - Self.maximumScale)...digits {
            guard let power = Self.powerOfTen(dropped) else { return nil }
            let mantissa = Self.roundedHalfUp(raised, power)
            if mantissa < Self.mantissaLimit { return ExchangeRate(mantissa: Int64(mantissa), scale: digits - dropped) }
        }
        return nil
    }

    /// Whether the two rates are further apart than a share of the older one, in whole per cent.
    package func moved(from older: ExchangeRate, byMoreThanPercent percent: Int) -> Bool {
        let common = max(scale, older.scale)
        guard let raiseNew = Self.powerOfTen(common - scale), let raiseOld = Self.powerOfTen(common - older.scale)
        else { return true }
        // At most 10^18 × 10^12 × 100: fits into 128 bits.
        let new = Int128(mantissa) * raiseNew
        let old = Int128(older.mantissa) * raiseOld
        return (new > old ? new - old : old - new) * 100 > old * Int128(percent)
    }

    private static func powerOfTen(_ exponent: Int) -> Int128? {
        guard (0...36).contains(exponent) else { return nil }
        return (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    /// `numerator / denominator` to the nearest whole number, halves away from zero. The denominator is positive.
    private static func roundedHalfUp(_ numerator: Int128, _ denominator: Int128) -> Int128 {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let distance = remainder.magnitude
        guard distance >= denominator.magnitude - distance else { return quotient }
        return numerator < 0 ? quotient - 1 : quotient + 1
    }
}

extension ExchangeRate: CustomStringConvertible {
    /// The plain decimal, without trailing zeros.
    package var description: String {
        let digits = String(mantissa)
        guard scale > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return "\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }
}

/// In JSON and in columns, the decimal as text: it never passes through binary floating point.
extension ExchangeRate: RawRepresentable, Codable {
    /// Reads the decimal; nil when it is none, or not greater than zero.
    package init?(rawValue: String) { self.init(rawValue) }

    /// The decimal.
    package var rawValue: String { description }
}
