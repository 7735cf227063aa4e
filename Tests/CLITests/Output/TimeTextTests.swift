import Foundation
import Testing

@testable import CLI

@Suite("Times are written for people and for scripts")
struct TimeTextTests {
    private let date = Date(timeIntervalSince1970: 1_772_373_909.25)

    @Test("moments are written in UTC") func writesMomentsInUTC() {
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

    @Test("short durations are written in small units") func writesShortDurations() {
        #expect(TimeText.brief(.milliseconds(1042)) == "1042 ms")
    }
}
