import JobQueue
import Testing

@testable import JobQueue

@Suite("Cron expressions mean what crontab(5) says")
struct CronExpressionTests {
    /// The numbers below `limit` that a field allows.
    private func numbers(_ values: CronValues, below limit: Int = 60) -> [Int] { (0..<limit).filter(values.contains) }

    @Test(
        "the minute field",
        arguments: [
            ("7", [7]), ("0,30", [0, 30]), ("5-8", [5, 6, 7, 8]), ("*/20", [0, 20, 40]), ("10-30/10", [10, 20, 30]),
            ("50-59/4,3", [3, 50, 54, 58]),
            ("59", [59]), ("08", [8]),
        ])
    func minutes(text: String, expected: [Int]) throws {
        #expect(numbers(try CronExpression(parsing: "\(text) * * * *").minutes) == expected)
    }

    @Test(
        "days of the week, by number and by name, Sunday as 0 and 7",
        arguments: [
            ("*", [0, 1, 2, 3, 4, 5, 6]), ("0", [0]), ("7", [0]), ("sun", [0]), ("MON", [1]),
            ("mon-fri", [1, 2, 3, 4, 5]),
            ("5-7", [0, 5, 6]),
            ("fri-sun", [0, 5, 6]), ("sat,Sun", [0, 6]), ("*/2", [0, 2, 4, 6]), ("0-7", [0, 1, 2, 3, 4, 5, 6]),
            ("sun-tue", [0, 1, 2]),
        ])
    func weekdays(text: String, expected: [Int]) throws {
        #expect(numbers(try CronExpression(parsing: "0 0 * * \(text)").daysOfWeek) == expected)
    }

    @Test("months, by number and by name")
    func months() throws {
        #expect(numbers(try CronExpression(parsing: "0 0 1 jan,Mar,12 *").months) == [1, 3, 12])
        #expect(numbers(try CronExpression(parsing: "0 0 1 oct-dec *").months) == [10, 11, 12])
        #expect(numbers(try CronExpression(parsing: "0 0 1 */5 *").months) == [1, 6, 11])
        #expect(numbers(try CronExpression(parsing: "0 0 */10 * *").daysOfMonth) == [1, 11, 21, 31])
    }

    @Test("@daily and the like stand for their expressions")
    func shortForms() throws {
        for (short, long) in [
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"),
            ("@yearly", "0 0 1 1 *"), ("@Annually", "0 0 1 1 *"),
        ] {
            let (first, second) = (try CronExpression(parsing: short), try CronExpression(parsing: long))
            #expect(first.minutes == second.minutes && first.hours == second.hours && first.months == second.months)
            #expect(first.daysOfMonth == second.daysOfMonth && first.daysOfWeek == second.daysOfWeek)
        }
    }

    @Test("white space and case don't matter")
    func text() throws {
        let tidy = try CronExpression(parsing: " 0\t6  *  * MON ")
        #expect(tidy.text == "0 6 * * mon")
        #expect(tidy == "0 6 * * mon")
        #expect("\(tidy)" == "0 6 * * mon")
    }

    private static let wrong: [(String, String?, String, String)] = [
        ("60 * * * *", "minute", "60", "a number from 0 to 59"),
        ("* 24 * * *", "hour", "24", "a number from 0 to 23"),
        ("* * 0 * *", "day of month", "0", "a number from 1 to 31"),
        ("* * 32 * *", "day of month", "32", "a number from 1 to 31"),
        ("* * * 13 *", "month", "13", "a number from 1 to 12 or a name from jan to dec"),
        ("* * * january *", "month", "january", "a name from jan to dec"),
        ("* * * * 8", "day of week", "8", "a number from 0 to 7 or a name from sun to sat"),
        ("* * * * jan", "day of week", "jan", "a name from sun to sat"),
        ("mon * * * *", "minute", "mon", "a number from 0 to 59"),
        ("-5 * * * *", "minute", "", "a number from 0 to 59"),
        ("+5 * * * *", "minute", "+5", "a number from 0 to 59"),
        ("٣ * * * *", "minute", "٣", "a number from 0 to 59"),
        ("99999999999999999999 * * * *", "minute", "99999999999999999999", "a number from 0 to 59"),
        ("1, * * * *", "minute", "", "a number from 0 to 59"),
        ("1,,2 * * * *", "minute", "", "a number from 0 to 59"),
        ("1-2-3 * * * *", "minute", "2-3", "a number from 0 to 59"),
        ("* 22-2 * * *", "hour", "22-2", "22-23,0-2"),
        ("*/0 * * * *", "minute", "*/0", "a step from 1 to 59"),
        ("*/90 * * * *", "minute", "*/90", "a step from 1 to 59"),
        ("*/x * * * *", "minute", "*/x", "a step from 1 to 59"),
        ("*/ * * * *", "minute", "*/", "a step from 1 to 59"),
        ("5/15 * * * *", "minute", "5/15", "5-59/15"),
        ("? * * * *", "minute", "?", "a number from 0 to 59"),
        ("* * L * *", "day of month", "l", "a number from 1 to 31"),
        ("0 0 30 2 *", "day of month", "30", "a day that one of the months has"),
        ("0 0 31 feb,apr,jun,9,11 *", "day of month", "31", "a day that one of the months has"),
        ("0 0 30 2 */2", "day of month", "30", "a day that one of the months has"),
        ("* * * *", nil, "4 fields", "five: minute, hour, day of month, month, day of week"),
        ("0 0 6 * * *", nil, "6 fields", "five: minute, hour, day of month, month, day of week"),
        ("", nil, "0 fields", "five"),
        ("@reboot", nil, "@reboot", "@annually, @daily, @hourly"),
        ("@daily 5", nil, "2 fields", "five"),
    ]

    @Test("an error names the field, what was found and what was expected", arguments: wrong)
    func errors(text: String, field: String?, found: String, expected: String) throws {
        let error = try #require(throws: CronExpressionError.self) { try CronExpression(parsing: text) }
        #expect(error.field == field)
        #expect(error.found.contains(found))
        #expect(error.expected.contains(expected))
        for part in [text, field ?? "", error.found, error.expected] {
            #expect(part.isEmpty || error.description.contains(part))
        }
    }

    @Test("rare days are not taken for days that never come")
    func rare() throws {
        _ = try CronExpression(parsing: "0 0 29 2 *")
        _ = try CronExpression(parsing: "0 0 31 2,3 *")
        // Fires on the Mondays of February, because one matching day field suffices.
        _ = try CronExpression(parsing: "0 0 30 2 mon")
    }

    @Test("a wrong literal ends the process with the reason")
    func literal() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let expression: CronExpression = "0 25 * * *"
            _ = expression
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(output.contains("hour: \"25\"; expected a number from 0 to 23"))
    }
}
