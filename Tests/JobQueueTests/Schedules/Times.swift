import Foundation
import Testing

@testable import JobQueue

/// Seconds since 1970 of an instant such as `2026-03-29T01:00:00Z` or, with an offset, `2026-03-29T03:00:00+02:00`.
func at(_ text: String) throws -> Int {
    Int(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

extension CronTimes {
    init(_ expression: String, _ zone: String) throws {
        self.init(
            expression: try CronExpression(parsing: expression),
            clock: ZoneClock(zone: try #require(TimeZone(identifier: zone))))
    }

    /// The slots later than `start` and not later than `end`.
    func all(after start: Int, upTo end: Int) -> [Int] {
        var slots: [Int] = []
        var slot = next(after: start)
        while slot <= end {
            slots.append(slot)
            slot = next(after: slot)
        }
        return slots
    }
}
