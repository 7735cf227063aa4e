extension Money {
    /// Splits the amount in proportion to weights, such as a discount over the lines of an order. Nothing is lost and
    /// nothing is made up: the parts add up to the amount, and each is less than one minor unit away from its exact
    /// share.
    ///
    /// Every part first gets its share rounded down; what is left goes, a minor unit each, to those whose rounding took
    /// most (the method of the largest remainder), to the earlier of two equals. A weight of zero gets nothing. An
    /// amount below zero is split as its mirror image.
    ///
    /// - Throws: `unsplittable` when a weight is below zero, or when there is an amount but no weight to give it to.
    package func split(over weights: [Int64]) throws(MoneyError) -> [Money] {
        let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard weights.allSatisfy({ $0 >= 0 }), sum > 0 || amount == 0 else { throw .unsplittable }
        if sum == 0 { return weights.map { _ in .zero(currency) } }
        let whole = Int128(amount.magnitude)
        // At most 2^63 × 2^63: fits into 128 bits.
        let shares = weights.map { (whole * Int128($0)).quotientAndRemainder(dividingBy: sum) }
        var parts = shares.map(\.quotient)
        let left = whole - parts.reduce(0, +)
        let byRemainder = shares.indices.sorted { (shares[$1].remainder, $0) < (shares[$0].remainder, $1) }
        for index in byRemainder.prefix(Int(left)) { parts[index] += 1 }
        // No part is larger than the amount it came from, so its mirror image fits wherever that did.
        return parts.map { Money(Int64(amount < 0 ? -$0 : $0), currency) }
    }
}
