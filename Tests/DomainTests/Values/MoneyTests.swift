import Domain
import FoundationEssentials
import Testing

@Suite("Amounts of money are exact")
struct MoneyTests {
    @Test("nothing wraps around")
    func overflow() throws {
        let most = Money(.max, .usd)
        #expect(throws: MoneyError.overflow) { try most.adding(Money(1, .usd)) }
        #expect(throws: MoneyError.overflow) { try Money(.min, .usd).subtracting(Money(1, .usd)) }
        #expect(throws: MoneyError.overflow) { try Money(.max / 2, .usd).multiplied(by: Quantity(3)) }
        #expect(try Money.sum([Money(.max - 1, .usd), Money(1, .usd)], in: .usd) == most)
        #expect(throws: MoneyError.overflow) { try Money.sum([most, Money(1, .usd)], in: .usd) }
    }

    @Test("currencies do not mix")
    func currencies() throws {
        #expect(throws: MoneyError.currencyMismatch) { try Money(1, .usd).adding(Money(1, .eur)) }
        #expect(throws: MoneyError.currencyMismatch) { try Money.sum([Money(1, .jpy)], in: .usd) }
        #expect(throws: MoneyError.currencyMismatch) { try OrderTotals(subtotal: Money(1, .usd), tax: Money(1, .eur)) }
    }

    @Test(
        "amounts read in major units",
        arguments: [
            (Money(1999, .usd), "19.99 USD"), (Money(5, .usd), "0.05 USD"), (Money(-5, .usd), "-0.05 USD"),
            (Money(1999, .jpy), "1999 JPY"),
            (Money(.min, .usd), "-92233720368547758.08 USD"),
        ])
    func description(_ money: Money, _ text: String) {
        #expect(money.description == text)
    }

    @Test("three decimals where the currency has them")
    func dinar() throws {
        let dinar = try #require(Currency("KWD"))
        #expect(Money(1500, dinar).description == "1.500 KWD")
    }

    @Test("JSON is amount and currency")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(Money(1999, .usd)), as: UTF8.self)
        #expect(text == #"{"amount":1999,"currency":"USD"}"#)
        #expect(try JSONDecoder().decode(Money.self, from: Data(text.utf8)) == Money(1999, .usd))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Money.self, from: Data(#"{"amount":1,"currency":"XXX"}"#.utf8))
        }
    }

    @Test("total is subtotal less discount plus shipping and tax")
    func totals() throws {
        let totals = try OrderTotals(
            subtotal: Money(1000, .usd), discount: Money(100, .usd), shipping: Money(50, .usd), tax: Money(7, .usd))
        #expect(totals.total == Money(957, .usd))
    }

    @Test(
        "an amount is split by largest remainder, the earlier of two equals first",
        arguments: [
            (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]), (5, [0, 3, 7], [0, 2, 3]),
            (1, [1, 9], [0, 1]),
            (10, [333, 333, 334], [3, 3, 4]), (0, [0, 0], [0, 0]), (0, [], []), (7, [5], [7]),
            (.max, [.max, .max], [.max / 2 + 1, .max / 2]),
            (.min, [1], [.min]),
        ] as [(Int64, [Int64], [Int64])])
    func split(_ amount: Int64, _ weights: [Int64], _ parts: [Int64]) throws {
        #expect(try Money(amount, .usd).split(over: weights) == parts.map { Money($0, .usd) })
    }

    @Test("what cannot be split is refused", arguments: [[], [0, 0], [2, -1]] as [[Int64]])
    func unsplittable(_ weights: [Int64]) {
        #expect(throws: MoneyError.unsplittable) { try Money(1, .usd).split(over: weights) }
    }
}
