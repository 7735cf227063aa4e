import Testing

@testable import JobQueue

@Suite("What is due is decided by the schedule's policy")
struct DueSlotsTests {
    private static let minutely = SlotTimes.every(seconds: 60)

    private func decide(_ catchUp: CatchUp, settled: Int, now: Int) -> DueSlots? {
        DueSlots(Self.minutely, catchUp, settled: settled, now: now)
    }

    @Test("nothing is due before the next slot", arguments: [CatchUp.none, .latest, .all(limit: 3)])
    func nothing(catchUp: CatchUp) {
        #expect(decide(catchUp, settled: 600, now: 600) == nil)
        #expect(decide(catchUp, settled: 600, now: 659) == nil)
        // A new schedule is settled up to the moment it was first seen.
        #expect(decide(catchUp, settled: 630, now: 659) == nil)
    }

    @Test("a slot in time fires whatever the policy", arguments: [CatchUp.none, .latest, .all(limit: 1)])
    func inTime(catchUp: CatchUp) throws {
        let due = try #require(decide(catchUp, settled: 600, now: 660))
        #expect(due.firing == [660])
        #expect(due.settled == 660)
        #expect(due.firstPassedOver == nil)
    }

    @Test("without catch-up a slot fires within ten seconds or not at all")
    func none() throws {
        #expect(decide(.none, settled: 600, now: 670)?.firing == [660])
        let late = try #require(decide(.none, settled: 600, now: 671))
        #expect(late.firing == [])
        #expect(late.settled == 660)
        #expect(late.firstPassedOver == 660)
        let much = try #require(decide(.none, settled: 600, now: 905))
        #expect(much.firing == [900])
        #expect(much.firstPassedOver == 660)
    }

    @Test("the latest of the missed ones fires")
    func latest() throws {
        let due = try #require(decide(.latest, settled: 600, now: 959))
        #expect(due.firing == [900])
        #expect(due.settled == 900)
        #expect(due.firstPassedOver == 660)
    }

    @Test("all that were missed fire, the oldest first, and only so many")
    func all() throws {
        let few = try #require(decide(.all(limit: 10), settled: 600, now: 959))
        #expect(few.firing == [660, 720, 780, 840, 900])
        #expect(few.firstPassedOver == nil)
        let many = try #require(decide(.all(limit: 3), settled: 600, now: 959))
        #expect(many.firing == [780, 840, 900])
        #expect(many.settled == 900)
        #expect(many.firstPassedOver == 660)
        #expect(decide(.all(limit: 5), settled: 600, now: 959)?.firstPassedOver == nil)
    }

    @Test("years without a worker are gone through in no time")
    func years() throws {
        let second = SlotTimes.every(seconds: 1)
        let due = try #require(DueSlots(second, .all(limit: 1000), settled: 0, now: 2_000_000_000))
        #expect(due.firing == Array(1_999_999_001...2_000_000_000))
        let report = SlotTimes.cron(try CronTimes("* 6 * * mon", "Europe/Berlin"))
        let start = try at("1990-01-01T00:00:00Z")
        let reports = try #require(
            DueSlots(report, .all(limit: 1000), settled: start, now: try at("2026-05-04T04:30:00Z")))
        #expect(reports.firing.count == 1000)
        #expect(reports.firing.last == (try at("2026-05-04T04:30:00Z")))
        #expect(zip(reports.firing, reports.firing.dropFirst()).allSatisfy { report.next(after: $0) == $1 })
    }

    @Test("the last slot of a stretch is the one after which none follows in it")
    func last() throws {
        let schedules = [
            Self.minutely, .every(seconds: 86_400), .cron(try CronTimes("0 0 29 2 *", "UTC")),
            .cron(try CronTimes("*/7 3-5 * * mon", "Europe/Berlin")),
            .cron(try CronTimes("30 2 * * *", "Europe/Berlin")),
        ]
        for times in schedules {
            for end in stride(from: try at("2026-03-20T00:00:00Z"), to: try at("2026-04-05T00:00:00Z"), by: 40_009) {
                for length in [1, 59, 3_600, 100_000, 40_000_000, 400_000_000] {
                    let found = times.last(after: end - length, upTo: end)
                    if let found {
                        #expect(found > end - length && found <= end)
                        #expect(times.next(after: found) > end)
                        #expect(times.next(after: found - 1) == found)
                    } else {
                        #expect(times.next(after: end - length) > end)
                    }
                }
            }
        }
    }

    @Test("regular slots lie at the multiples of their distance, before 1970 too")
    func every() {
        let times = SlotTimes.every(seconds: 90)
        #expect([-91, -90, -1, 0, 89, 90].map(times.next) == [-90, 0, 0, 90, 90, 180])
    }
}
