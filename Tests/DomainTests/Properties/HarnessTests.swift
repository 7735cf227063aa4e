import Domain
import PropertySupport
import Testing

@Suite("The harness finds bugs and shows them small")
struct HarnessTests {
    /// Promises every order what there was at the beginning: forgets what the orders before it took.
    private static func forgetful(_ scenario: AllocationProperties.Scenario) -> [StockDemand] {
        scenario.orders.filter { order in order.quantities.allSatisfy { $1 <= scenario.stock[$0]?.available ?? 0 } }
    }

    @Test("stock promised twice shrinks to one piece and two orders of one", arguments: 0..<10)
    func allocation(seed: UInt64) throws {
        let found = Counterexample.find(of: AllocationProperties.scenarios, count: 5_000, seed: seed) { scenario in
            var taken: [SKU: Int] = [:]
            for order in Self.forgetful(scenario) { taken.merge(order.quantities) { $0 + $1 } }
            for (sku, pieces) in taken {
                try demand(pieces <= scenario.stock[sku]?.available ?? 0, "\(pieces) of \(sku)")
            }
        }
        let smallest = try #require(found).value
        #expect(smallest.stock.values.map(\.available).filter { $0 > 0 } == [1])
        #expect(smallest.orders.map { Array($0.quantities.values) } == [[1], [1]])
    }

    @Test("a split that drops what is left over shrinks to one unit over two", arguments: 0..<10)
    func split(seed: UInt64) throws {
        let cases = both(Gen<Int64>.int64(0 ... .max), Gen<Int64>.int64(0...1_000).list(1...12))
        let found = Counterexample.find(of: cases, count: 5_000, seed: seed) { amount, weights in
            let sum = weights.reduce(0, +)
            guard sum > 0 else { return }
            let parts = weights.map { Int64(Int128(amount) * Int128($0) / Int128(sum)) }
            try demandEqual(parts.reduce(0, +), amount)
        }
        let (amount, weights) = try #require(found).value
        #expect(amount == 1)
        #expect(weights == [1, 1])
    }

    @Test("rounding half to even instead of up shrinks to half a unit")
    func rounding() throws {
        let found = Counterexample.find(of: Gen<Int64>.int64(0...1_000_000), count: 5_000, seed: 1) { halves in
            let even = (halves / 2) + (halves % 2 == 1 && halves / 2 % 2 == 1 ? 1 : 0)
            try demandEqual(even, (halves + 1) / 2)
        }
        #expect(try #require(found).value == 1)
    }

    @Test("the same seed makes the same cases, and another one others")
    func seeds() {
        func cases(_ seed: UInt64) -> [[Int64]] {
            var seen: [[Int64]] = []
            _ = Counterexample.find(of: Gen<Int64>.int64().list(0...8), count: 50, seed: seed) { seen.append($0) }
            return seen
        }
        #expect(cases(7) == cases(7))
        #expect(cases(7) != cases(8))
    }

    @Test("a property that holds is tried on all cases")
    func holds() {
        var tried = 0
        #expect(Counterexample.find(of: Gen<Int>.int(0...9), count: 1_234, seed: 3) { _ in tried += 1 } == nil)
        #expect(tried == 1_234)
    }

    @Test("a failure is recorded with its smallest case and its seed")
    func recorded() {
        withKnownIssue {
            property("every number is below a hundred", Gen<Int>.int(0...1_000_000)) { number in
                try demand(number < 100, "\(number)")
            }
        } matching: { issue in
            let text = issue.comments.map(\.rawValue).joined()
            return text.contains("smallest case: 100\n") && text.contains("PROPERTY_SEED=\(PropertySeed.ofRun)")
        }
    }
}
