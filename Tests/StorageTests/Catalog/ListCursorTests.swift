import Domain
import Foundation
import Postgres
import PropertySupport
import Testing

@Suite("A cursor is what a part of this list gave out, or nothing")
struct ListCursorTests {
    private static let list = ListCursor.List("products:name", ["pen", nil])

    /// Texts of all kinds of letters.
    private static let text = Gen.one(of: ["a", "Ä", "漢", "😀", "'", "\\", "\u{301}", " ", "z", "0"]).list(0...40).map {
        $0.joined()
    }
    private static let value = Gen<ListCursor.Value> { choices in
        choices.next(upTo: 1) == 0 ? .number(Gen.int64().make(&choices)) : .text(text.make(&choices))
    }

    private static func read(_ text: String, of list: ListCursor.List = list) -> [ListCursor.Value]? {
        try? ListCursor(text, of: list).values
    }

    @Test("a cursor comes back as it was given out")
    func comesBackAsItWasGivenOut() {
        property("what is written is read", Self.value.list(1...3)) { values in
            let text = ListCursor(values, of: Self.list).description
            try demandEqual(Self.read(text), values)
            try demandEqual(
                text.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "&") }, true)
        }
    }

    @Test("a changed cursor is none")
    func isNoneOnceItWasChanged() {
        let letters: [Character] = ["A", "a", "Z", "z", "0", "9", "-", "_", "=", ".", "%", "é", " "]
        let change = all(Gen.int(0...2), Gen.int(0...5_000), Gen.one(of: letters))
        property("what was changed is refused", both(Self.value.list(1...3), change)) { values, change in
            let text = Array(ListCursor(values, of: Self.list).description)
            var other = text
            let place = change.1 % text.count
            switch change.0 {
            case 0: other[place] = change.2
            case 1: other.remove(at: place)
            default: other.insert(change.2, at: place)
            }
            if other != text { try demandEqual(Self.read(String(other)), nil) }
            try demandEqual(Self.read(String(text.prefix(place))), nil)
        }
    }

    @Test("a cursor of another list is none")
    func isNoneOfAnotherList() {
        let list = both(Self.text, Self.text.list(0...3))
        property("another list refuses it", both(list, list)) { one, other in
            let (first, second) = (ListCursor.List(one.0, one.1), ListCursor.List(other.0, other.1))
            let text = ListCursor([.number(1)], of: first).description
            try demandEqual(Self.read(text, of: second) == nil, first != second)
            try demandEqual(
                first == second,
                Array(one.0.utf8) == Array(other.0.utf8)
                    && one.1.map { Array($0.utf8) } == other.1.map { Array($0.utf8) })
        }
        #expect(ListCursor.List("a", ["b", nil]) != ListCursor.List("a", [nil, "b"]))
        #expect(ListCursor.List("a", [nil]) != ListCursor.List("a", [""]))
        #expect(ListCursor.List("a", ["bc"]) != ListCursor.List("a", ["b", "c"]))
    }

    @Test("any text is read without a fault")
    func readsAnythingWithoutAFault() {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        property("garbage is refused", Gen.one(of: letters).list(0...120)) { text in
            try demandEqual(Self.read(String(text)), nil)
        }
        for text in [
            "", "garbage", "\u{0}", "é", String(repeating: "A", count: 1_000_000), "AQ", "====", "../../etc/passwd",
            "1",
        ] {
            #expect(Self.read(text) == nil)
        }
    }

    /// Well formed by somebody who knows how: still nothing that a database stumbles over.
    @Test("a cursor that no database takes is refused")
    func refusesWhatNoDatabaseTakes() {
        #expect(Self.read(ListCursor([.text("a\u{0}b")], of: Self.list).description) == nil)
        #expect(Self.read(ListCursor([], of: Self.list).description) == nil)
    }
}
