import Domain
import Testing

@testable import CLI

@Suite("Amounts are read as people write them")
struct AmountTextTests {
    @Test(
        "an amount is read in the units of its currency",
        arguments: [
            ("12.50", "USD", 1250), ("12.5", "USD", 1250), ("12", "USD", 1200), ("0.01", "USD", 1), ("500", "JPY", 500),
            ("1.234", "KWD", 1234),
        ])
    func areReadInTheUnitsOfTheCurrency(text: String, code: String, amount: Int64) throws {
        let currency = try #require(Currency(code))
        #expect(try AmountText.money(text, currency) == Money(amount, currency))
    }

    @Test(
        "any other text is no amount",
        arguments: [
            "", ".", "1.", ".5", "-1", "+1", "0", "0.00", "1.234", "1,50", "1.2.3", "12 ", "99999999999999999999", "１",
        ])
    func areNothingElse(text: String) {
        #expect(throws: (any Error).self) { try AmountText.money(text, .usd) }
    }
}

@Suite("An order is found by its number or its id")
struct OrderReferenceTests {
    @Test("an order is named by its number or id")
    func areNumbersOrIds() throws {
        let id = Order.ID()
        #expect(OrderReference("100042") == .number(100_042))
        #expect(OrderReference("#100042") == .number(100_042))
        #expect(OrderReference(id.description) == .id(id))
    }

    @Test(
        "any other text names no order",
        arguments: ["", "#", "-1", "0", "12a", "99999999999999999999", "0197c1f0-8a6e"])
    func areNothingElse(text: String) {
        #expect(OrderReference(text) == nil)
        #expect(throws: (any Error).self) { try OrderReference.parse(text) }
    }
}
