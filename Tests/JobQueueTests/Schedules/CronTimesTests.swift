import Foundation
import Testing

@testable import JobQueue

@Suite("Cron expressions fire at the right instants in every time zone")
struct CronTimesTests {
    private static let ordinary: [(String, String, String, String)] = [
        // A slot is later than the time asked about, never equal.
        ("0 6 * * *", "UTC", "2026-05-04T06:00:00Z", "2026-05-05T06:00:00Z"),
        ("0 6 * * *", "UTC", "2026-05-04T05:59:59Z", "2026-05-04T06:00:00Z"),
        ("*/15 * * * *", "UTC", "2026-05-04T05:59:59Z", "2026-05-04T06:00:00Z"),
        ("59 23 * * *", "UTC", "2026-12-31T23:59:00Z", "2027-01-01T23:59:00Z"),
        // Year ends and months.
        ("* * * * *", "UTC", "2026-12-31T23:59:30Z", "2027-01-01T00:00:00Z"),
        ("0 0 1 1 *", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("0 0 31 * *", "UTC", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"),
        ("30 4 1 2-4 *", "UTC", "2026-04-01T04:30:00Z", "2027-02-01T04:30:00Z"),
        // Leap days: every four years, but not in 2100.
        ("0 0 29 2 *", "UTC", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
        ("0 0 29 2 *", "UTC", "1996-03-01T00:00:00Z", "2000-02-29T00:00:00Z"),
        // A leap day that is a Monday: 2024 was a Thursday, five days on per leap year.
        ("0 0 29 2 */6", "UTC", "2024-03-01T00:00:00Z", "2032-02-29T00:00:00Z"),
        // Either day field suffices when both are restricted; both must match when one begins with a star.
        ("0 0 13 * fri", "UTC", "2026-02-07T00:00:00Z", "2026-02-13T00:00:00Z"),
        ("0 0 13 * fri", "UTC", "2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z"),
        ("0 0 13 * fri", "UTC", "2026-04-10T00:00:00Z", "2026-04-13T00:00:00Z"),
        ("0 0 13 * *", "UTC", "2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z"),
        ("0 0 * * fri", "UTC", "2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z"),
        ("0 0 */2 * fri", "UTC", "2026-02-13T00:00:00Z", "2026-02-27T00:00:00Z"),
        // Before 1970.
        ("0 6 * * *", "UTC", "1969-12-31T06:00:00Z", "1970-01-01T06:00:00Z"),
        ("*/10 * * * *", "UTC", "1969-12-31T23:51:00Z", "1970-01-01T00:00:00Z"),
        // Zones on both sides, by halves and quarters of an hour.
        ("0 6 * * mon", "Europe/Berlin", "2026-05-04T00:00:00Z", "2026-05-04T04:00:00Z"),
        ("0 6 * * mon", "Europe/Berlin", "2026-01-05T00:00:00Z", "2026-01-05T05:00:00Z"),
        ("0 22 * * *", "America/New_York", "2026-01-05T00:00:00Z", "2026-01-05T03:00:00Z"),
        ("0 6 * * *", "Asia/Kolkata", "2026-05-04T00:00:00Z", "2026-05-04T00:30:00Z"),
        ("0 * * * *", "Asia/Kolkata", "2026-05-04T00:00:00Z", "2026-05-04T00:30:00Z"),
        ("0 6 * * *", "Asia/Kathmandu", "2026-05-04T00:00:00Z", "2026-05-04T00:15:00Z"),
        ("0 6 * * *", "Pacific/Kiritimati", "2026-05-04T00:00:00Z", "2026-05-04T16:00:00Z"),
        ("0 0 1 1 *", "Pacific/Chatham", "2026-12-31T00:00:00Z", "2026-12-31T10:15:00Z"),
    ]

    @Test("on ordinary days the next time is the one that the expression names", arguments: ordinary)
    func next(expression: String, zone: String, after: String, expected: String) throws {
        #expect(try CronTimes(expression, zone).next(after: try at(after)) == at(expected))
    }

    /// Expects exactly these slots from a moment to the last of them.
    private func expectSlots(
        _ expression: String, _ zone: String, after: String, _ expected: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let times = try CronTimes(expression, zone)
        let slots = try expected.map(at)
        #expect(
            times.all(after: try at(after), upTo: try #require(slots.last)) == slots, sourceLocation: sourceLocation)
    }

    private static let spring: [(String, String, String, [String])] = [
        // Berlin: 02:00 becomes 03:00 on 29 March 2026 at 01:00Z. What would have been in between fires at the jump,
        // once.
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        ("0 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
        (
            "0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z",
            ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"]
        ),
        ("59 1 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-29T00:59:00Z", "2026-03-29T23:59:00Z"]),
        ("0 3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
        // Every hour and every quarter go on by real time.
        (
            "0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z",
            ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
        ),
        (
            "30 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z",
            ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"]
        ),
        (
            "*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z",
            ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
        ),
        // A wildcard within an hour that is not there has no turn that day.
        ("*/30 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", ["2026-03-30T00:00:00Z", "2026-03-30T00:30:00Z"]),
        // Lord Howe: half an hour, 02:00 becomes 02:30.
        (
            "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
            ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
        ),
        (
            "*/15 * * * *", "Australia/Lord_Howe", "2026-10-03T15:10:00Z",
            ["2026-10-03T15:15:00Z", "2026-10-03T15:30:00Z", "2026-10-03T15:45:00Z"]
        ),
        // São Paulo had no midnight on 4 November 2018, Beirut has none on 29 March 2026.
        ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", ["2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"]),
        ("@daily", "Asia/Beirut", "2026-03-28T12:00:00Z", ["2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"]),
    ]

    @Test("a local time that does not exist fires once, right after the gap", arguments: spring)
    func gap(expression: String, zone: String, after: String, expected: [String]) throws {
        try expectSlots(expression, zone, after: after, expected)
    }

    private static let autumn: [(String, String, String, [String])] = [
        // Berlin: 03:00 becomes 02:00 on 25 October 2026 at 01:00Z. What comes twice fires the first time only.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ("0 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"]),
        ("0 3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z"]),
        (
            "30 1,2,3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
            ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]
        ),
        // Asked in the middle of the second showing.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", ["2026-10-26T01:30:00Z"]),
        // Every hour and every half go on by real time: five hours have five of them.
        (
            "30 * * * *", "Europe/Berlin", "2026-10-24T23:00:00Z",
            ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"]
        ),
        (
            "*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
            ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"]
        ),
        (
            "*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z",
            [
                "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
                "2026-10-26T01:00:00Z",
            ]
        ),
        // Lord Howe: 02:00 becomes 01:30.
        (
            "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z",
            ["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"]
        ),
        // New York, and midnight itself twice in Havana.
        ("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]),
        ("30 0 * * *", "America/Havana", "2026-10-31T12:00:00Z", ["2026-11-01T04:30:00Z", "2026-11-02T05:30:00Z"]),
    ]

    @Test("a local time that comes twice fires the first time", arguments: autumn)
    func overlap(expression: String, zone: String, after: String, expected: [String]) throws {
        try expectSlots(expression, zone, after: after, expected)
    }

    private static let oddities: [(String, String, String, [String])] = [
        // Samoa left out 30 December 2011: it ended before it began.
        (
            "0 6 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z",
            ["2011-12-29T16:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T16:00:00Z"]
        ),
        ("0 6 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", ["2011-12-30T10:00:00Z", "2012-12-29T16:00:00Z"]),
        (
            "0 * * * *", "Pacific/Apia", "2011-12-30T08:30:00Z",
            ["2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T11:00:00Z"]
        ),
        // Pyongyang moved by half an hour, forwards, at 23:30 of 4 May 2018.
        ("45 23 * * *", "Asia/Pyongyang", "2018-05-04T00:00:00Z", ["2018-05-04T15:00:00Z", "2018-05-05T14:45:00Z"]),
        // Caracas moved back by half an hour at 03:00 of 9 December 2007.
        ("45 2 * * *", "America/Caracas", "2007-12-09T00:00:00Z", ["2007-12-09T06:45:00Z", "2007-12-10T07:15:00Z"]),
        // Monrovia was 44 min 30 s behind until 7 January 1972: no whole local minute was a whole minute of UTC.
        (
            "0 12 * * *", "Africa/Monrovia", "1972-01-05T00:00:00Z",
            ["1972-01-05T12:44:30Z", "1972-01-06T12:44:30Z", "1972-01-07T12:00:00Z"]
        ),
        // It made up for them at that day's midnight, which was therefore never shown.
        ("*/30 * * * *", "Africa/Monrovia", "1972-01-07T00:00:00Z", ["1972-01-07T00:14:30Z", "1972-01-07T01:00:00Z"]),
        ("0 0 * * *", "Africa/Monrovia", "1972-01-06T12:00:00Z", ["1972-01-07T00:44:30Z", "1972-01-08T00:00:00Z"]),
    ]

    @Test("oddities of the past", arguments: oddities)
    func oddity(expression: String, zone: String, after: String, expected: [String]) throws {
        try expectSlots(expression, zone, after: after, expected)
    }

    @Test("a year of daily reports has as many as days, and one of hourly ones as many as hours")
    func year() throws {
        for zone in [
            "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Beirut",
            "Africa/Casablanca",
        ] {
            for hour in 0...3 {
                let daily = try CronTimes("30 \(hour) * * *", zone).all(
                    after: try at("2027-12-31T22:00:00Z"), upTo: try at("2028-12-31T22:00:00Z"))
                #expect(daily.count == 366, "\(zone) \(hour)")
            }
            let hourly = try CronTimes("30 * * * *", zone).all(
                after: try at("2027-12-31T22:00:00Z"), upTo: try at("2028-12-31T22:00:00Z"))
            #expect(abs(hourly.count - 366 * 24) <= (zone == "Australia/Lord_Howe" ? 1 : 0), "\(zone): \(hourly.count)")
        }
    }
}
