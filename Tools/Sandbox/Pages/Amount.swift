/// Writes an amount in minor units the way people write it.
enum Amount {
    private static let zeroDecimal: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    /// `1999`, `usd` becomes `19.99 USD`.
    static func text(_ amount: Int64, _ currency: String) -> String {
        let exponent = zeroDecimal.contains(currency) ? 0 : threeDecimal.contains(currency) ? 3 : 2
        let digits = String(amount)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let number = exponent == 0 ? padded : "\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
        return "\(number) \(currency.uppercased())"
    }
}
