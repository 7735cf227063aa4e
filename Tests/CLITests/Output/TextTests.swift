import Foundation
import Testing

@testable import CLI

@Suite("Text fits its terminal and cannot command it")
struct DisplayTextTests {
    @Test("control characters are shown harmlessly")
    func takesTheSpellOutOfControlCharacters() {
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

@Suite("Times are written for people and for scripts")
struct TimeTextTests {
    private let date = Date(timeIntervalSince1970: 1_772_373_909.25)

    @Test("moments are written in UTC")
    func writesMomentsInUTC() {
        #expect(TimeText.moment(date) == "2026-03-01 14:05:09 UTC")
        #expect(TimeText.stamp(date) == "2026-03-01T14:05:09.250Z")
    }

    @Test(
        "spans are written for people",
        arguments: [
            (-3, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min"),
            (90_000, "1 d 1 h"),
            (1e300, "11574074 d 1 h"), (.nan, "–"),
        ])
    func writesSpans(seconds: Double, text: String) {
        #expect(TimeText.span(seconds: seconds) == text)
    }

    @Test("short durations are written in small units")
    func writesShortDurations() {
        #expect(TimeText.brief(.milliseconds(1042)) == "1042 ms")
    }
}
