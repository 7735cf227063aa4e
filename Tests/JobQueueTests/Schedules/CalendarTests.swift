import Foundation
import Testing

@testable import JobQueue

@Suite("Days are counted as the calendar counts them")
struct CalendarTests {
    @Test("every day from 1895 to 2105 has the date and weekday that gmtime(3) gives it")
    func days() {
        for number in CivilDay(year: 1895, month: 1, day: 1).number...CivilDay(year: 2105, month: 12, day: 31).number {
            var time = time_t(number * 86_400)
            var fields = tm()
            gmtime_r(&time, &fields)
            let day = CivilDay(number: number)
            guard
                day
                    == CivilDay(
                        year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday)),
                CivilDay.weekday(ofNumber: number) == Int(fields.tm_wday), day.number == number
            else {
                Issue.record("\(number): \(day)")
                return
            }
        }
    }

    @Test("division rounds down on both sides of zero")
    func division() {
        #expect([-61, -60, -59, -1, 0, 1, 59, 60].map { $0.floored(by: 60) } == [-2, -1, -1, -1, 0, 0, 0, 1])
    }
}
