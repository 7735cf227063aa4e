import Testing

@testable import JobQueue

@Suite("A unique key is 1 to 200 bytes")
struct UniqueKeyTests {
    @Test(
        "a key of 1 to 200 bytes is taken",
        arguments: ["a", "order:42", String(repeating: "ä", count: 100), String(repeating: "x", count: 200)])
    func takesWhatFits(key: String) throws {
        #expect(try UniqueKey(key, until: .finished).key == key)
    }

    @Test(
        "any other key is refused",
        arguments: ["", String(repeating: "x", count: 201), String(repeating: "ä", count: 101), "a\0b"])
    func refusesWhatDoesNot(key: String) {
        #expect(throws: InvalidUniqueKey(bytes: key.utf8.count)) { try UniqueKey(key, until: .started) }
    }
}
