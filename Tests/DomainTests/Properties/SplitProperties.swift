import Domain
import PropertySupport
import Testing

@Suite("Splitting loses nothing and makes nothing up")
struct SplitProperties {
    /// Any amount, and weights of which one at least counts.
    private static let cases = both(Gen<Int64>.int64(), Gen<Int64>.int64(0...1 << 52).list(1...12)).map {
        amount, weights in
        (Money(amount, .usd), weights.allSatisfy { $0 == 0 } ? weights + [1] : weights)
    }

    @Test("the parts add up to the whole")
    func addsUp() {
        property("the parts add up to the amount", Self.cases) { money, weights in
            let parts = try money.split(over: weights)
            try demandEqual(parts.count, weights.count)
            try demandEqual(parts.reduce(Int128(0)) { $0 + Int128($1.amount) }, Int128(money.amount))
        }
    }

    @Test("each part is next to its exact share")
    func staysNearTheExactShare() {
        property("each part is less than one minor unit away from its exact share", Self.cases) { money, weights in
            let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
            for (part, weight) in zip(try money.split(over: weights), weights) {
                let distance = Int128(part.amount) * sum - Int128(money.amount) * Int128(weight)
                try demand(distance.magnitude < sum.magnitude, "\(part) for \(weight) of \(sum)")
                try demand(weight > 0 || part.amount == 0, "\(part) for nothing")
            }
        }
    }

    @Test("a larger weight gets no less")
    func keepsTheOrder() {
        property("who weighs more gets no less, and equals differ by one at most, the earlier first", Self.cases) {
            money, weights in
            let parts = try money.split(over: weights).map(\.amount.magnitude)
            for left in weights.indices {
                for right in weights.indices where left < right {
                    if weights[left] > weights[right] { try demand(parts[left] >= parts[right], "\(parts)") }
                    if weights[left] < weights[right] { try demand(parts[left] <= parts[right], "\(parts)") }
                    if weights[left] == weights[right] {
                        try demand((0...1).contains(parts[left] &- parts[right]), "\(parts)")
                    }
                }
            }
        }
    }

    @Test("a refund is split as its payment was")
    func mirrors() {
        property("what is given back is split as what was taken", Self.cases) { money, weights in
            guard money.amount != .min else { return }
            let mirrored = try Money(-money.amount, money.currency).split(over: weights)
            try demandEqual(mirrored.map { -$0.amount }, money.split(over: weights).map(\.amount))
        }
    }
}
