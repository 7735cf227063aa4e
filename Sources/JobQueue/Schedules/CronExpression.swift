/// Times of day and days in the form of cron: `minute hour day-of-month month day-of-week`, as in `0 6 * * mon`.
///
/// A field is `*`, a number, a name (`jan`…`dec`, `sun`…`sat`, in any case), a range `1-5`, a step `*/10` or `8-18/2`,
/// or a list of these with commas. Sunday is 0 and 7. `@hourly`, `@daily` (`@midnight`), `@weekly`, `@monthly` and
/// `@yearly` (`@annually`) are short forms.
///
/// **Day of month and day of week.** When both are restricted, a day that matches either is taken; when one of them
/// begins with `*`, a day must match both. So `0 0 13 * fri` fires on every 13th and on every Friday. That is POSIX's
/// rule (crontab, "Extended description") in the form that Vixie's cron gave it, where `*/2` counts as unrestricted too
/// (crontab(5), note; flags `DOM_STAR` and `DOW_STAR` in the source).
///
/// Written as a literal, a wrong expression is a programming error and ends the process with its
/// ``CronExpressionError``; one that comes from somewhere else goes through ``init(parsing:)``.
public struct CronExpression: Sendable, Hashable {
    /// The expression in lower case with single spaces; one short form stays as it is.
    public let text: String
    let minutes: CronValues
    let hours: CronValues
    let daysOfMonth: CronValues
    let months: CronValues
    let daysOfWeek: CronValues

    /// Reads an expression.
    ///
    /// - Throws: ``CronExpressionError`` that names the wrong field and what was expected there; also for days that
    ///   never come, such as 30 February.
    public init(parsing text: String) throws(CronExpressionError) {
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        self.text = words.joined(separator: " ")
        let fields = try Self.fields(words, of: text)
        var values: [CronValues] = []
        for (field, word) in zip(CronField.allCases, fields) {
            values.append(try CronFieldParser(expression: text, field: field).parse(word))
        }
        (minutes, hours, daysOfMonth, months, daysOfWeek) = (values[0], values[1], values[2], values[3], values[4])
        guard hasSomeDay else {
            throw CronExpressionError(
                text, .dayOfMonth, found: "\"\(fields[2])\" never comes in month \"\(fields[3])\"",
                expected: "a day that one of the months has")
        }
    }

    private static func fields(_ words: [String], of text: String) throws(CronExpressionError) -> [String] {
        if words.count == 1, words[0].hasPrefix("@") {
            guard let long = shortForms[words[0]] else {
                throw CronExpressionError(
                    text, found: "\"\(words[0])\"",
                    expected: "one of \(shortForms.keys.sorted().joined(separator: ", "))")
            }
            return long
        }
        guard words.count == CronField.allCases.count else {
            throw CronExpressionError(
                text, found: "\(words.count) fields", expected: "five: minute, hour, day of month, month, day of week")
        }
        return words
    }

    private static let shortForms = [
        "@hourly": ["0", "*", "*", "*", "*"], "@daily": ["0", "0", "*", "*", "*"],
        "@midnight": ["0", "0", "*", "*", "*"],
        "@weekly": ["0", "0", "*", "*", "0"], "@monthly": ["0", "0", "1", "*", "*"],
        "@yearly": ["0", "0", "1", "1", "*"],
        "@annually": ["0", "0", "1", "1", "*"],
    ]

    /// Whether the days of the month exist in one of the months at least, or days of the week alone suffice.
    private var hasSomeDay: Bool {
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return eitherDaySuffices || (1...12).contains { months.contains($0) && daysOfMonth.first <= longest[$0 - 1] }
    }

    /// Whether a day need only match one of its two fields.
    var eitherDaySuffices: Bool { !daysOfMonth.isWildcard && !daysOfWeek.isWildcard }
}

extension CronExpression: ExpressibleByStringLiteral, CustomStringConvertible {
    /// An expression written in source code; a wrong one ends the process with what is wrong about it, in every kind of
    /// build.
    public init(stringLiteral value: String) {
        do {
            try self.init(parsing: value)
        } catch {
            // A literal in the source is wrong, and a literal initializer cannot throw: the program must not start.
            fatalError("\(error)")
        }
    }

    /// The expression as it was written.
    public var description: String { text }
}

/// The search on a wall clock that knows of no time zone: its times are seconds since 1970-01-01T00:00 as that clock
/// shows them.
extension CronExpression {
    /// The first matching minute later than `time`. There always is one: the calendar repeats itself after 400 years.
    func next(after time: Int) -> Int {
        let minute = time.floored(by: 60) + 1
        var day = minute.floored(by: Self.minutesPerDay)
        if matches(day: day), let found = firstMinute(from: minute - day * Self.minutesPerDay) {
            return (day * Self.minutesPerDay + found) * 60
        }
        repeat { day = following(day) } while !matches(day: day)
        return (day * Self.minutesPerDay + hours.first * 60 + minutes.first) * 60
    }

    /// Whether a time of that clock matches; only whole minutes do.
    func matches(_ time: Int) -> Bool {
        next(after: time - 1) == time
    }

    private static let minutesPerDay = 1440

    /// The first matching minute of a day, from the given one on.
    private func firstMinute(from minuteOfDay: Int) -> Int? {
        let (hour, minute) = (minuteOfDay / 60, minuteOfDay % 60)
        if hours.contains(hour), let found = minutes.next(from: minute) { return hour * 60 + found }
        return hours.next(from: hour + 1).map { $0 * 60 + minutes.first }
    }

    /// The next day that is worth a look: months that don't match are skipped as a whole.
    private func following(_ day: Int) -> Int {
        var civil = CivilDay(number: day + 1)
        guard !months.contains(civil.month) else { return day + 1 }
        if let month = months.next(from: civil.month) {
            civil.month = month
        } else {
            (civil.year, civil.month) = (civil.year + 1, months.first)
        }
        civil.day = 1
        return civil.number
    }

    private func matches(day: Int) -> Bool {
        let civil = CivilDay(number: day)
        guard months.contains(civil.month) else { return false }
        let isInMonth = daysOfMonth.contains(civil.day)
        let isInWeek = daysOfWeek.contains(CivilDay.weekday(ofNumber: day))
        return eitherDaySuffices ? isInMonth || isInWeek : isInMonth && isInWeek
    }
}

/// What is wrong with a cron expression, which of its fields it is, and what was expected there.
public struct CronExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The whole expression.
    public let expression: String
    /// The field: `minute`, `hour`, `day of month`, `month`, `day of week`; nil when it is the expression as a whole.
    public let field: String?
    /// What was found and cannot be used.
    public let found: String
    /// What would be right.
    public let expected: String

    init(_ expression: String, _ field: CronField? = nil, found: String, expected: String) {
        self.expression = expression
        self.field = field?.title
        self.found = found
        self.expected = expected
    }

    /// A sentence for people.
    public var description: String {
        "the cron expression \"\(expression)\" cannot be used: "
            + "\(field.map { "\($0): " } ?? "")\(found); expected \(expected)"
    }
}
