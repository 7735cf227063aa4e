/// What the provider takes as an amount (https://docs.stripe.com/currencies).
enum ChargeLimits {
    /// Largest amount, in minor units.
    static let maximum: Int64 = 99_999_999

    /// Checks an amount in minor units.
    /// - Throws: `amount_too_small`, `amount_too_large`, or a refusal of a currency that is none.
    static func check(_ amount: Int64, _ currency: String) throws(StripeError) {
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else {
            throw .invalidRequest(
                code: nil, message: "Invalid currency: \(currency). Give three lower-case letters such as usd.", param: "currency")
        }
        guard amount >= minimum[currency, default: 1] else {
            throw .invalidRequest(
                code: "amount_too_small",
                message: "Amount must be at least \(minimum[currency, default: 1]) in minor units of \(currency).", param: "amount")
        }
        guard amount <= maximum else {
            throw .invalidRequest(
                code: "amount_too_large", message: "Amount must be no more than \(maximum) in minor units.", param: "amount")
        }
        if threeDecimal.contains(currency), !amount.isMultiple(of: 10) {
            throw .invalidRequest(
                code: "parameter_invalid_integer", message: "Amounts in \(currency) have three decimals, of which the last must be 0.",
                param: "amount")
        }
    }

    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    private static let minimum: [String: Int64] = [
        "usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "chf": 50, "aud": 50, "cad": 50, "nzd": 50, "sgd": 50, "brl": 50, "inr": 50, "dkk": 250,
        "nok": 300,
        "sek": 300, "mxn": 1_000, "hkd": 400, "pln": 200, "czk": 1_500, "huf": 17_500, "ron": 200, "bgn": 100, "myr": 200, "thb": 1_000,
        "aed": 200,
    ]
}
