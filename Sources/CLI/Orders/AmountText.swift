import ArgumentParser
import Domain

/// Reads amounts as people write them.
enum AmountText {
    /// `12.50`, `12` or `0.5` in the units of a currency. Throws `ValidationError` for what is no amount above zero, or
    /// has more decimals than the currency.
    static func money(_ text: String, _ currency: Currency) throws -> Money {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count > 1 ? String(parts[1]) : ""
        let digits = parts[0] + decimals + String(repeating: "0", count: max(0, currency.exponent - decimals.count))
        let isNumber =
            !parts[0].isEmpty && (parts.count == 1 || !decimals.isEmpty)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, decimals.count <= currency.exponent, let amount = Int64(digits), amount > 0 else {
            throw ValidationError(
                "--amount: expected an amount in \(currency), such as \(Money(1250, currency).description.dropLast(4))."
            )
        }
        return Money(amount, currency)
    }
}
