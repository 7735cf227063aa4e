import Foundation
import JobQueue
import Logging
import Postgres
import Redis
import Testing

@testable import JobQueue

@Suite("A schedule says when and what")
struct JobScheduleTests {
    @Test("the next slot is later than the time asked about")
    func nextSlot() throws {
        let report = JobSchedule("report", cron: "0 6 * * mon", timeZone: "Europe/Berlin", catchUp: .all(limit: 10)) {
            Task1(text: "\($0.time)")
        }
        let slot = report.nextSlot(after: try Date("2026-05-04T04:00:00Z", strategy: .iso8601))
        #expect(slot == JobSlot(schedule: "report", time: try Date("2026-05-11T04:00:00Z", strategy: .iso8601)))
        let rates = JobSchedule("rates", every: .minutes(5)) { Task1() }
        #expect(rates.nextSlot(after: Date(timeIntervalSince1970: 299.999)).time == Date(timeIntervalSince1970: 300))
        #expect(rates.nextSlot(after: Date(timeIntervalSince1970: 300)).time == Date(timeIntervalSince1970: 600))
        #expect(rates.catchUp == .latest)
        #expect(rates.start == .nextSlot)
    }

    @Test("two schedules read alike only when their times are alike")
    func timesReadAlike() {
        let times = [
            JobSchedule("a", every: .seconds(60)) { Task1() }, JobSchedule("a", every: .seconds(61)) { Task1() },
            JobSchedule("a", cron: "* * * * *") { Task1() },
            JobSchedule("a", cron: "* * * * *", timeZone: "Europe/Berlin") { Task1() },
            JobSchedule("a", cron: "1 * * * *") { Task1() },
        ].map(\.times.description)
        #expect(Set(times).count == times.count)
        #expect(JobSchedule("a", cron: " *  * * * * ") { Task1() }.times.description == times[2])
        #expect(times[3] == "* * * * * Europe/Berlin")
    }

    // Mistakes that no run of the program can do anything about end it at start, and say what is wrong.

    @Test("an unknown time zone is refused")
    func anUnknownTimeZone() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = JobSchedule("report", cron: "@daily", timeZone: "Europe/Atlantis") { Task1() }
        }
        expect("schedule report: there is no time zone \"Europe/Atlantis\"", in: result)
    }

    @Test("times that are not whole seconds are refused")
    func timesThatAreNotWholeSeconds() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = JobSchedule("rates", every: .milliseconds(1500)) { Task1() }
        }
        expect("expected whole seconds, at least one", in: result)
    }

    @Test("a limit below one is refused")
    func aLimitThatIsNone() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = JobSchedule("rates", every: .seconds(1), catchUp: .all(limit: 0)) { Task1() }
        }
        expect("expected a limit from 1 to 1000", in: result)
    }

    @Test("two schedules of one name are refused")
    func twoOfOneName() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let logger = Logger(label: "test")
            let redis = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:1"), logger: logger)
            _ = JobScheduler(
                database: PostgresPool(try PostgresConfiguration(url: "postgres://127.0.0.1:1/none"), logger: logger),
                dispatcher: JobDispatcher(redis: redis, logger: logger),
                schedules: [
                    JobSchedule("twin", every: .seconds(1)) { Task1() },
                    JobSchedule("twin", cron: "@daily") { Task1() },
                ],
                logger: logger)
        }
        expect("two schedules are named \"twin\"", in: result)
    }

    private func expect(_ text: String, in result: ExitTest.Result?) {
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(output.contains(text), "\(output)")
    }
}
