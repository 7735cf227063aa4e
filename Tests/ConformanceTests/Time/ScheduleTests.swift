import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("A schedule fires each slot once")
struct ScheduleTests {
    @Test("19 · two schedulers, one of them killed at the tick again and again: each slot once", .scenario(19))
    func killedAtTheTick() async throws {
        let kills = Chaos.scale(3, full: 20)
        try await Arena.with { arena in
            let survivor = try await arena.startWorker { $0.every = 2 }
            for _ in 0..<kills {
                let victim = try await arena.startWorker { $0.every = 2 }
                let untilTick = 2_000_000 - MachineTime.wall % 2_000_000
                try await letTimePass(
                    .microseconds(untilTick + .random(in: -2_000...20_000)),
                    because: "the kill falls from just before the tick to just after it")
                try await arena.kill(victim)
            }
            try await eventually(within: .seconds(20), "as many slots have fired") {
                try await arena.slots().count >= kills
            }
            let fired = try await arena.slots()
            try await arena.wait(for: fired.values)
            try await arena.retire(survivor)
            let slots = try await arena.slots()
            let times = slots.keys.sorted()
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 2 }, "no slot is missing")
            let all = try await arena.allJobs()
            let ofSlots = Set(slots.values)
            #expect(
                all == ofSlots && ofSlots.count == slots.count, "each slot has its own job, and there are no others")
            try await arena.audit(fired.values)
            ScenarioReport.did("a slot every 2 s, two schedulers, one killed at \(kills) ticks")
            ScenarioReport.figure("slots", "\(slots.count)")
        }
    }

    @Test(
        "19 · daylight-saving days both ways: a time that comes twice and one that does not come fire once",
        .scenario(19))
    func daylightSaving() async throws {
        // Berlin, 25 October 2026: 02:30 comes at 00:30 and again at 01:30 UTC. 28 March 2027: it does not come, and
        // fires at 01:00 UTC.
        async let autumn: Void = changeOver(fires: "2026-10-25T00:30:00Z", notAgain: "2026-10-25T01:30:00Z")
        async let spring: Void = changeOver(fires: "2027-03-28T01:00:00Z", notAgain: "2027-03-28T01:30:00Z")
        _ = try await (autumn, spring)
        ScenarioReport.did(
            """
            a daily schedule at 02:30 in Berlin, PostgreSQL's clock set to both changes, \
            one of two schedulers killed at the tick
            """
        )
    }

    private func changeOver(fires first: String, notAgain second: String) async throws {
        let first = try Date(first, strategy: .iso8601)
        let second = try Date(second, strategy: .iso8601)
        let postgres = try await PostgresServer.start(
            preloading: try ShiftedClock.library,
            environment: ShiftedClock.environment(now: first.addingTimeInterval(-20)))
        try await Arena.with(postgres: postgres) { arena in
            func options(_ options: inout WorkerOptions) {
                options.every = 1
                options.cron = "30 2 * * *"
            }
            let survivor = try await arena.startWorker(options)
            let victim = try await arena.startWorker(options)
            let now: Date = try await arena.database.query("SELECT clock_timestamp() AS now")[0]["now"]
            #expect(now < first, "the change is still to come")
            try await letTimePass(
                .seconds(first.timeIntervalSince(now)) + .milliseconds(.random(in: -2...20)),
                because: "the kill falls from just before the slot to just after it")
            try await arena.kill(victim)
            try await eventually(within: .seconds(60), "it fires") { try await !arena.slots("cron").isEmpty }

            try await arena.retire(survivor)
            try await postgres.restart(environment: ShiftedClock.environment(now: second.addingTimeInterval(5)))
            let shifted = Int(second.timeIntervalSince1970)
            let successor = try await arena.startWorker(options)
            try await eventually(within: .seconds(20), "slots of the other schedule have been looked for since") {
                try await arena.slots().keys.count { $0 > shifted } >= 2
            }
            let slots = try await arena.slots("cron")
            #expect(slots.keys.map { $0 } == [Int(first.timeIntervalSince1970)])
            try await arena.wait(for: slots.values)
            try await arena.retire(successor)
            let all = try await arena.allJobs()
            let ofSlots = Set(slots.values).union(try await arena.slots().values)
            #expect(all == ofSlots, "no slot has two jobs")
            try await arena.audit(Set(slots.values))
        }
    }
}
