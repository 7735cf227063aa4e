import Testing

@testable import CLI

@Suite("Text fits its terminal and cannot command it")
struct DisplayTextTests {
    @Test("control characters are shown harmlessly") func takesTheSpellOutOfControlCharacters() {
        #expect(DisplayText.printable("a\u{1B}[31mred\r\nb\u{202E}c") == "a [31mred  b c")
    }

    @Test(
        "columns are counted as the terminal counts them",
        arguments: [("plain", 5), ("naïve", 5), ("e\u{301}", 1), ("日本", 4), ("📦", 2), ("", 0)])
    func countsColumns(text: String, columns: Int) {
        #expect(DisplayText.width(text) == columns)
    }

    @Test(
        "a text is cut to a width",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("日本語", 4, "日…"), ("abc", 1, "…"), ("abc", 0, ""),
        ])
    func cutsToAWidth(text: String, limit: Int, expected: String) {
        #expect(DisplayText.cut(text, to: limit) == expected)
    }
}
