internal import Domain

/// Amounts as people read them: `$1,234.50`, `¥1,999`, `CHF 12.00`.
enum AmountText {
    /// Signs that no second currency of the shop shares; every other currency shows its code.
    private static let signs = ["USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"]

    static func format(_ money: Money) -> String {
        let exponent = money.currency.exponent
        var digits = String(money.amount.magnitude)
        digits = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let whole = grouped(String(digits.dropLast(exponent)))
        let number = exponent == 0 ? whole : "\(whole).\(digits.suffix(exponent))"
        let minus = money.amount < 0 ? "-" : ""
        guard let sign = signs[money.currency.code] else { return "\(minus)\(money.currency.code) \(number)" }
        return minus + sign + number
    }

    private static func grouped(_ digits: String) -> String {
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }
}
