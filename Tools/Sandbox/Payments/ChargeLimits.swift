/// What the provider takes as an amount (https://docs.stripe.com/currencies).
enum ChargeLimits {
    /// The largest amount, in minor units: eight digits, and more in a few currencies of small units.
    static func maximum(in currency: String) -> Int64 {
        (0..<digits[currency, default: 8]).reduce(into: 0) { amount, _ in amount = amount * 10 + 9 }
    }

    /// Checks an amount in minor units.
    /// - Throws: `amount_too_small`, `amount_too_large`, or a refusal of a currency that is none.
    static func check(_ amount: Int64, _ currency: String) throws(StripeError) {
        guard currencies.contains(currency) else {
            throw .invalidRequest(
                code: nil,
                message:
                    "Invalid currency: \(currency). Stripe currently supports these currencies: "
                    + "\(currencies.sorted().joined(separator: ", "))",
                param: "currency")
        }
        guard amount >= minimum[currency, default: 1] else {
            throw .invalidRequest(
                code: "amount_too_small",
                message: "Amount must be at least \(minimum[currency, default: 1]) in minor units of \(currency).",
                param: "amount")
        }
        guard amount <= maximum(in: currency) else {
            throw .invalidRequest(
                code: "amount_too_large",
                message: "Amount must be no more than \(maximum(in: currency)) in minor units.",
                param: "amount")
        }
        try checkStep(amount, currency, param: "amount")
    }

    /// Checks that an amount is one that can be moved: the last of three decimals is 0, and so are both of currencies
    /// that have none but are counted in hundredths.
    static func checkStep(_ amount: Int64, _ currency: String, param: String) throws(StripeError) {
        let step: Int64 = threeDecimal.contains(currency) ? 10 : hundredths.contains(currency) ? 100 : 1
        guard !amount.isMultiple(of: step) else { return }
        throw .invalidRequest(
            code: "parameter_invalid_integer",
            message: "Invalid integer: \(amount). Amounts in \(currency) must be a multiple of \(step).", param: param)
    }

    private static let hundredths: Set<String> = ["isk", "ugx"]

    /// What can be charged in (https://docs.stripe.com/currencies#presentment-currencies).
    private static let currencies = Set(
        """
        aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf \
        clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr \
        ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur \
        mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr \
        sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof \
        xpf yer zar zmw
        """.split(separator: " ").map(String.init))

    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    private static let digits = ["inr": 9, "cop": 10, "idr": 12]

    private static let minimum: [String: Int64] = [
        "usd": 50, "aed": 200, "ars": 50, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "cop": 50,
        "czk": 1_500,
        "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17_500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50,
        "krw": 50,
        "mxn": 1_000, "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300,
        "sgd": 50,
        "thb": 1_000, "zar": 50,
    ]
}
