import ConformanceWorker
import JobQueue
import TestSupport
import Testing

@Suite("A schedule fires each slot once")
struct ScheduleTests {
    @Test("19 · two schedulers, one of them killed at the tick again and again: each slot once", .scenario(19))
    func killedAtTheTick() async throws {
        let kills = Chaos.scale(3, full: 20)
        try await Arena.with { arena in
            _ = try await arena.startWorker { $0.every = 2 }
            for _ in 0..<kills {
                let victim = try await arena.startWorker { $0.every = 2 }
                // From just before the tick to just after it.
                let untilTick = 2_000_000 - MachineTime.wall % 2_000_000
                try await Task.sleep(for: .microseconds(untilTick + .random(in: -2_000...20_000)))
                try await arena.kill(victim)
            }
            let slots = try await arena.slots()
            let times = slots.keys.sorted()
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 2 }, "no slot is missing")
            #expect(times.count >= kills)
            try await arena.wait(for: slots.values)
            let history = try await arena.audit(Set(slots.values))
            #expect(Set(slots.values).count == slots.count)
            ScenarioReport.did("a slot every 2 s, two schedulers, one killed at \(kills) ticks")
            ScenarioReport.figure("slots", "\(slots.count), runs \(history.runs.count)")
        }
    }
}
