import Domain
import Testing

@testable import CLI

@Suite("Names of orders")
struct OrderReferenceTests {
    @Test func areNumbersOrIds() throws {
        let id = Order.ID()
        #expect(OrderReference("100042") == .number(100_042))
        #expect(OrderReference("#100042") == .number(100_042))
        #expect(OrderReference(id.description) == .id(id))
    }

    @Test(arguments: ["", "#", "-1", "0", "12a", "99999999999999999999", "0197c1f0-8a6e"])
    func areNothingElse(text: String) {
        #expect(OrderReference(text) == nil)
        #expect(throws: (any Error).self) { try OrderReference.parse(text) }
    }
}
