import Domain
import Testing

@testable import CLI

@Suite("An order is found by its number or its id")
struct OrderReferenceTests {
    @Test("an order is named by its number or id") func areNumbersOrIds() throws {
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
