extension AppliedRate {
    /// What refunds come to in the currency of the base prices, at the rate the order was priced with, whatever rates
    /// are today.
    ///
    /// Each is what the sum of all so far comes to, less what those before it came to: parts that add up to the whole
    /// come to exactly what the whole comes to. Refunds that failed or were called off come to nothing and are left
    /// out.
    ///
    /// - Parameter refunds: all of one order, oldest first.
    /// - Returns: an amount for each refund that is asked for, under way or done.
    /// - Throws: `MoneyError.overflow`, and `currencyMismatch` when they are not of one currency.
    package func baseAmounts(of refunds: [Refund]) throws(MoneyError) -> [Refund.ID: Money] {
        var amounts: [Refund.ID: Money] = [:]
        var (sum, baseSum) = (Money?.none, Money.zero(base))
        for refund in refunds where refund.status.isLive {
            let next = try sum?.adding(refund.amount) ?? refund.amount
            let nextBase = try value.revert(next, to: base)
            amounts[refund.id] = try nextBase.subtracting(baseSum)
            (sum, baseSum) = (next, nextBase)
        }
        return amounts
    }
}
