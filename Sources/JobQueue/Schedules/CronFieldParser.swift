/// Reads one field of a cron expression: a list of `*`, numbers, names and ranges, the first and last of these also
/// with a step.
struct CronFieldParser {
    let expression: String
    let field: CronField

    func parse(_ text: String) throws(CronExpressionError) -> CronValues {
        var values = CronValues(isWildcard: text.hasPrefix("*"))
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            for number in try numbers(of: String(item)) {
                // Sunday is one day under both of its numbers.
                values.insert(field == .dayOfWeek && number == 7 ? 0 : number)
            }
        }
        return values
    }

    private func numbers(of item: String) throws(CronExpressionError) -> StrideThrough<Int> {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let range = try range(of: parts[0])
        guard parts.count == 2 else { return stride(from: range.lowerBound, through: range.upperBound, by: 1) }
        guard parts[0] == "*" || parts[0].contains("-") else {
            throw error(
                item,
                "\"*/\(parts[1])\" or a range before the step, such as "
                    + "\"\(range.lowerBound)-\(field.range.upperBound)/\(parts[1])\""
            )
        }
        let largest = field.range.upperBound - field.range.lowerBound
        guard let step = Self.decimal(parts[1]), (1...largest).contains(step) else {
            throw error(item, "a step from 1 to \(largest) after the \"/\"")
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step)
    }

    private func range(of text: String) throws(CronExpressionError) -> ClosedRange<Int> {
        if text == "*" {
            // Sunday would otherwise be met twice, and `*/2` would mean other days in even and odd places.
            return field == .dayOfWeek ? 0...6 : field.range
        }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let first = try number(ends[0])
        guard ends.count == 2 else { return first...first }
        var last = try number(ends[1])
        // As in "fri-sun".
        if field == .dayOfWeek, last == 0, first > 0 { last = 7 }
        guard first <= last else {
            throw error(
                text,
                "a range that runs forwards; a list such as "
                    + "\"\(first)-\(field.range.upperBound),\(field.range.lowerBound)-\(last)\" wraps around"
            )
        }
        return first...last
    }

    private func number(_ text: String) throws(CronExpressionError) -> Int {
        if let number = field.number(named: text) { return number }
        guard let number = Self.decimal(text), field.range.contains(number) else {
            throw error(text, field.expectation)
        }
        return number
    }

    /// Digits only: `Int` would also take signs.
    private static func decimal(_ text: String) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private func error(_ found: String, _ expected: String) -> CronExpressionError {
        CronExpressionError(expression, field, found: "\"\(found)\"", expected: expected)
    }
}

/// One of the five fields of a cron expression, in their order.
enum CronField: CaseIterable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// The numbers it takes. Sunday is both 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// As errors call it.
    var title: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// What errors say was expected.
    var expectation: String {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        switch self {
        case .minute, .hour, .dayOfMonth: return "a number from \(bounds)"
        case .month: return "a number from \(bounds) or a name from jan to dec"
        case .dayOfWeek: return "a number from \(bounds) or a name from sun to sat"
        }
    }

    /// The number that a name stands for.
    func number(named name: String) -> Int? {
        switch self {
        case .minute, .hour, .dayOfMonth: nil
        case .month: Self.months.firstIndex(of: name).map { $0 + 1 }
        case .dayOfWeek: Self.weekdays.firstIndex(of: name)
        }
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
}

/// The numbers that one field of a cron expression allows.
struct CronValues: Sendable, Hashable {
    /// Bit *n* stands for the number *n*; all numbers are below 60.
    private var bits: UInt64 = 0
    /// Whether the field begins with `*`, also as in `*/5`. By this cron tells a field that restricts from one that
    /// does not.
    let isWildcard: Bool

    init(isWildcard: Bool) {
        self.isWildcard = isWildcard
    }

    mutating func insert(_ number: Int) {
        bits |= 1 << UInt64(number)
    }

    func contains(_ number: Int) -> Bool {
        bits >> UInt64(number) & 1 == 1
    }

    /// The least number that is allowed and not below `number`.
    func next(from number: Int) -> Int? {
        guard number < UInt64.bitWidth else { return nil }
        let rest = bits >> UInt64(number)
        return rest == 0 ? nil : number + rest.trailingZeroBitCount
    }

    /// The least of all; a field that was parsed is never empty.
    var first: Int { bits.trailingZeroBitCount }
}
