import Foundation
import Testing

@testable import CLI

@Suite("Arguments that name a time are read as people write them")
struct JobArgumentsTests {
    private let now = Date(timeIntervalSince1970: 1_772_373_909)

    @Test(
        "a span counts back from now",
        arguments: [("90s", 90.0), ("30m", 1800), ("2h", 7200), ("1.5h", 5400), ("7d", 604_800), ("0s", 0)])
    func countBackFromNow(text: String, seconds: Double) throws {
        #expect(try JobArguments.since(text, now: now) == now.addingTimeInterval(-seconds))
    }

    @Test(
        "times and dates are taken",
        arguments: [
            ("2026-03-01T14:05:09Z", 1_772_373_909.0), ("2026-03-01T14:05:09.5Z", 1_772_373_909.5),
            ("2026-03-01T15:05:09+01:00", 1_772_373_909),
            ("2026-03-01", 1_772_323_200),
        ])
    func takeTimesAndDates(text: String, seconds: Double) throws {
        #expect(try JobArguments.since(text, now: now) == Date(timeIntervalSince1970: seconds))
    }

    @Test("any other text is refused", arguments: ["", "h", "-3h", "2 weeks", "yesterday", "infd", "2026-13-01"])
    func refuseAnythingElse(text: String) {
        #expect(throws: (any Error).self) { try JobArguments.since(text, now: now) }
    }
}
