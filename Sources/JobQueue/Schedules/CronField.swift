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
