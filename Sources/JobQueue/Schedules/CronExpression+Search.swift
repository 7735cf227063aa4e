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
