import Foundation
import Postgres
import TestSupport
import Testing

@testable import JobQueue

@Suite("Each slot of a schedule fires once, by PostgreSQL's clock")
struct SchedulerTests {
    private static let policies: [CatchUp] = [.none, .latest, .all(limit: 3)]

    private static func minutely(_ catchUp: CatchUp, _ start: JobSchedule.Start = .nextSlot) -> JobSchedule {
        JobSchedule("minutely", every: .seconds(60), catchUp: catchUp, startingWith: start) {
            Task1(text: "\($0.time.timeIntervalSince1970)")
        }
    }

    @Test("a new schedule owes nothing from before it was first seen", arguments: policies)
    func new(catchUp: CatchUp) async throws {
        try await ClockedDatabase.with { server in
            try await server.withScheduler([Self.minutely(catchUp)]) { scheduler in
                try await server.set("2026-05-04T12:00:30Z")
                await server.settle(scheduler)
                try await server.set("2026-05-04T12:00:59.999999Z")
                await server.settle(scheduler)
                #expect(try await server.slots(of: "minutely") == [])
                try await server.set("2026-05-04T12:01:00Z")
                await server.settle(scheduler)
                await server.settle(scheduler)
                #expect(try await server.slots(of: "minutely") == ["2026-05-04T12:01:00Z"])
                #expect(try await server.jobs() == 1)
            }
        }
    }

    @Test("unless it is to start with the latest slot: that fires once, at once")
    func latestAtFirst() async throws {
        try await ClockedDatabase.with { server in
            let schedule = JobSchedule(
                "report", cron: "0 6 * * mon", timeZone: "Europe/Berlin", startingWith: .latestSlot
            ) { Task1() }
            try await server.set("2026-05-07T12:00:30Z")
            for process in ["first", "second"] {
                try await server.withScheduler([schedule], named: process) { await server.settle($0) }
                #expect(try await server.slots(of: "report") == ["2026-05-04T04:00:00Z"])
            }
            #expect(try await server.jobs() == 1)
        }
    }

    @Test("what was missed while no worker ran is caught up with as the policy says")
    func catchUp() async throws {
        let expected: [String: [String]] = [
            "none": [], "latest": ["15:00"], "all": ["14:58", "14:59", "15:00"],
            "everything": (1...180).map { String(format: "%02d:%02d", 12 + $0 / 60, $0 % 60) },
        ]
        let policies: [String: CatchUp] = [
            "none": .none, "latest": .latest, "all": .all(limit: 3), "everything": .all(limit: 1000),
        ]
        try await ClockedDatabase.with { server in
            let schedules = policies.map { name, catchUp in
                JobSchedule(name, every: .seconds(60), catchUp: catchUp) { Task1() }
            }
            try await server.set("2026-05-04T12:00:30Z")
            try await server.withScheduler(schedules) { await server.settle($0) }
            // All workers were away for three hours.
            try await server.set("2026-05-04T15:00:30Z")
            try await server.withScheduler(schedules) { scheduler in
                await server.settle(scheduler)
                for (name, times) in expected {
                    #expect(try await server.slots(of: name) == times.map { "2026-05-04T\($0):00Z" }, "\(name)")
                }
                // From here on all of them go on alike.
                try await server.set("2026-05-04T15:01:09Z")
                await server.settle(scheduler)
                for (name, times) in expected {
                    #expect(
                        try await server.slots(of: name) == (times + ["15:01"]).map { "2026-05-04T\($0):00Z" },
                        "\(name)")
                }
            }
        }
    }

    private static let days: [(String, [String], [String])] = [
        (
            "2026-03-28T22:05:00Z", ["2026-03-29T01:00:00Z"],
            [
                "2026-03-28T23:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z",
                "2026-03-29T03:00:00Z",
            ]
        ),
        (
            "2026-10-24T22:05:00Z", ["2026-10-25T00:30:00Z"],
            [
                "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z",
                "2026-10-25T03:00:00Z",
            ]
        ),
    ]

    @Test("daylight-saving days, with two schedulers", arguments: days)
    func daylightSaving(start: String, nightly: [String], hourly: [String]) async throws {
        try await ClockedDatabase.with { server in
            let schedules = [
                JobSchedule("nightly", cron: "30 2 * * *", timeZone: "Europe/Berlin") { Task1() },
                JobSchedule("hourly", cron: "0 * * * *", timeZone: "Europe/Berlin") { Task1() },
            ]
            try await server.withScheduler(schedules, named: "first") { first in
                try await server.withScheduler(schedules, named: "second") { second in
                    let begin = try at(start)
                    for time in stride(from: begin, through: begin + 5 * 3600, by: 300) {
                        try await server.set("\(Date(timeIntervalSince1970: Double(time)).ISO8601Format())")
                        async let one: Void = server.settle(first)
                        async let other: Void = server.settle(second)
                        _ = await (one, other)
                    }
                }
            }
            #expect(try await server.slots(of: "nightly") == nightly)
            #expect(try await server.slots(of: "hourly") == hourly)
            #expect(try await server.jobs() == nightly.count + hourly.count)
        }
    }

    @Test("a server's clock that jumps a day ahead and comes back fires no slot twice, and stops nothing")
    func clockSetBack() async throws {
        try await ClockedDatabase.with { server in
            try await server.withScheduler([Self.minutely(.latest)]) { scheduler in
                for time in [
                    "2026-05-04T12:00:30Z", "2026-05-04T12:01:00Z", "2026-05-05T12:02:00Z", "2026-05-04T12:01:30Z",
                    "2026-05-04T12:00:50Z",
                    "2026-05-04T12:01:00Z", "2026-05-04T12:02:00Z", "2026-05-05T12:02:01Z",
                ] {
                    try await server.set(time)
                    await server.settle(scheduler)
                }
                #expect(
                    try await server.slots(of: "minutely") == [
                        "2026-05-04T12:01:00Z", "2026-05-04T12:02:00Z", "2026-05-05T12:02:00Z",
                    ])
                #expect(try await server.jobs() == 3)
            }
        }
    }

    @Test("what a worker decided is dropped when another one has moved the schedule on meanwhile")
    func overtaken() async throws {
        try await ClockedDatabase.with { server in
            let schedule = Self.minutely(.latest)
            let ledger = ScheduleLedger(database: try server.pool())
            try await server.set("2026-05-04T12:00:30Z")
            try await server.withScheduler([schedule]) { scheduler in
                await server.settle(scheduler)
                try await server.set("2026-05-04T12:01:00Z")
                let reading = try await ledger.read([schedule])
                let settled = try #require(reading.settled["minutely"])
                let due = try #require(
                    DueSlots(
                        schedule.times, .latest, settled: Int(settled.timeIntervalSince1970),
                        now: try at("2026-05-04T12:01:00Z")))
                // The other one comes minutes later and passes over what this one would fire.
                try await server.set("2026-05-04T12:05:00Z")
                await server.settle(scheduler)
                let late = try await ledger.fire(due, of: schedule, settled: settled)
                #expect(late?.map(\.id) == nil)
            }
            #expect(try await server.slots(of: "minutely") == ["2026-05-04T12:05:00Z"])
            await ledger.database.close()
        }
    }

    @Test("under other times a schedule is a new one, and a slot that is in both fires once")
    func changedTimes() async throws {
        try await ClockedDatabase.with { server in
            let old = JobSchedule("report", cron: "*/10 * * * *", catchUp: .all(limit: 100)) { Task1() }
            let new = JobSchedule("report", cron: "*/15 * * * *", catchUp: .all(limit: 100)) { Task1() }
            try await server.withScheduler([old], named: "old") { before in
                try await server.withScheduler([new], named: "new") { after in
                    try await server.set("2026-05-04T12:05:00Z")
                    await server.settle(before)
                    // The new release starts at half past; the old one is still there.
                    try await server.set("2026-05-04T12:31:00Z")
                    await server.settle(after)
                    #expect(try await server.slots(of: "report") == [])
                    await server.settle(before)
                    try await server.set("2026-05-04T13:01:00Z")
                    await server.settle(after)
                    await server.settle(before)
                }
            }
            #expect(
                try await server.slots(of: "report")
                    == ["12:10", "12:20", "12:30", "12:40", "12:45", "12:50", "13:00"].map { "2026-05-04T\($0):00Z" })
            #expect(try await server.jobs() == 7)
        }
    }

    @Test("a job that cannot be made holds up no other schedule, and fires once it can")
    func brokenJob() async throws {
        try await ClockedDatabase.with { server in
            let broken = JobSchedule("broken", every: .seconds(60)) {
                Task1(text: String(repeating: "x", count: 70_000))
            }
            let mended = JobSchedule("broken", every: .seconds(60)) { Task1() }
            try await server.withScheduler([broken, Self.minutely(.latest)]) { scheduler in
                try await server.set("2026-05-04T12:00:30Z")
                await server.settle(scheduler)
                try await server.set("2026-05-04T12:01:00Z")
                #expect(await scheduler.tick() <= JobScheduler.pause)
                #expect(try await server.slots(of: "broken") == [])
                #expect(try await server.slots(of: "minutely") == ["2026-05-04T12:01:00Z"])
            }
            try await server.withScheduler([mended]) { await server.settle($0) }
            #expect(try await server.slots(of: "broken") == ["2026-05-04T12:01:00Z"])
        }
    }

    @Test("an idle scheduler sleeps until its next slot, half a minute at most")
    func idle() async throws {
        try await ClockedDatabase.with { server in
            try await server.withScheduler([Self.minutely(.latest)]) { scheduler in
                try await server.set("2026-05-04T12:00:10Z")
                await server.settle(scheduler)
                let long = await scheduler.tick()
                #expect(long > .seconds(25) && long <= .seconds(30))
                try await server.set("2026-05-04T12:00:48.500Z")
                let short = await scheduler.tick()
                #expect(short > .seconds(6) && short <= .milliseconds(11_500))
            }
        }
    }

    @Test("a database that is away is asked again a second later")
    func noDatabase() async throws {
        try await Engine.with { engine in
            let pool = try TestDatabase.current.makePool { $0.acquireTimeout = .milliseconds(50) }
            await pool.close()
            let scheduler = JobScheduler(
                database: pool, dispatcher: engine.dispatcher, schedules: [Self.minutely(.latest)],
                logger: engine.logger)
            #expect(await scheduler.tick() == JobScheduler.pause)
        }
    }

    @Test("slots fire in time on two workers, once, and tell the handler their time", .timeLimit(.minutes(2)))
    func inTime() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let told = Told()
            let registry = JobRegistry(
                Handler(Task1.self, log: log) { job, context in told.note(context.jobID, job.text) })
            let schedule = JobSchedule("second", every: .seconds(1)) {
                Task1(text: "\(Int($0.time.timeIntervalSince1970))")
            }
            try await engine.withWorker(registry, queues: [Task1.queue: 2], schedules: [schedule]) {
                try await engine.withWorker(registry, queues: [Task1.queue: 2], schedules: [schedule]) {
                    try await eventually(within: .seconds(60), "ten slots have fired") { log.all.count >= 10 }
                }
            }
            let rows = try await engine.database.query(
                "SELECT fire_at, job_id FROM job_schedule_slots WHERE schedule = 'second'")
            let slots = Dictionary(
                uniqueKeysWithValues: try rows.map { (try $0["job_id"] as JobID, try $0["fire_at"] as Date) })
            #expect(log.all.count == Set(log.all.map(\.job)).count)
            var lateness: [Double] = []
            for run in log.all {
                let slot = try #require(slots[run.job])
                #expect(told.text(of: run.job) == "\(Int(slot.timeIntervalSince1970))")
                lateness.append(run.at.timeIntervalSince(slot))
            }
            // PostgreSQL runs on this machine, so both are the same clock. Beside other tests any slot may be late; all
            // of them are when the scheduler does not look in time.
            #expect(lateness.allSatisfy { $0 >= 0 })
            #expect(try #require(lateness.min()) < 1, "\(lateness)")
        }
    }
}
