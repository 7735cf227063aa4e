import Testing

@testable import CLI

@Suite("Tables are aligned and fit the terminal")
struct TableTests {
    private func table() -> Table {
        var table = Table([.text("id"), .number("count"), .wide("message")])
        table.add(["a1", "7", "all is well"])
        table.add(["b22", "1200", "the connection to the email server was refused"])
        return table
    }

    @Test("text is aligned left and numbers right")
    func alignsTextLeftAndNumbersRight() {
        #expect(
            table().lines(width: nil) == [
                "ID   COUNT  MESSAGE",
                "a1       7  all is well",
                "b22   1200  the connection to the email server was refused",
            ])
    }

    @Test("only columns that may be cut are cut")
    func cutsOnlyWhatMayBeCut() {
        #expect(
            table().lines(width: 30) == [
                "ID   COUNT  MESSAGE",
                "a1       7  all is well",
                "b22   1200  the connection to…",
            ])
    }

    @Test("every line fits the width")
    func keepsEveryLineWithinTheWidth() {
        for width in 24...80 {
            #expect(table().lines(width: width).allSatisfy { DisplayText.width($0) <= width }, "\(width) columns")
        }
    }

    @Test("ids stay whole where there is no room")
    func leavesIdsWholeWhereThereIsNoRoom() {
        #expect(table().lines(width: 5).last == "b22   1200  the con…")
    }

    @Test("the widest column is cut first")
    func cutsTheWidestColumnFirst() {
        var table = Table([.wide("a"), .wide("b")])
        table.add([String(repeating: "a", count: 10), String(repeating: "b", count: 40)])
        #expect(table.lines(width: 32).last == "aaaaaaaaaa  bbbbbbbbbbbbbbbbbbb…")
    }

    @Test("missing cells are filled")
    func fillsMissingCells() {
        var table = Table([.text("a"), .text("b")])
        table.add(["x"])
        #expect(table.lines(width: nil) == ["A  B", "x"])
    }
}
