import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("No process' clock is believed")
struct ClockTests {
    @Test(
        "17 · clocks an hour ahead and behind: nothing early, no worker taken for dead, no schedule twice",
        .scenario(17))
    func anHourOff() async throws {
        try await Arena.with { arena in
            let right = try await arena.startWorker { $0.every = 2 }
            var off: [ManagedProcess] = []
            for hours in [1, -1] {
                let shifted = try ShiftedClock.environment(hours: hours)
                off.append(
                    try await arena.startWorker {
                        $0.every = 2
                        $0.environment = shifted
                    })
            }
            // Longer than a lease, on all three.
            let long = try await arena.enqueue(50, Act(.effect, sleep: 9500))
            try await arena.waitForStarts(50, of: Set(long))
            let began = Set(try arena.history().runs.filter { long.contains($0.job) }.map(\.process))
            #expect(began == Set([right.processID] + off.map(\.processID)), "each has some of them")
            let offset = MachineTime.wall - MachineTime.monotonic
            for run in try arena.history().runs {
                let hours = Int((Double(run.wallStart - run.start - offset) / 3_600_000_000).rounded())
                #expect(
                    hours == (run.process == right.processID ? 0 : run.process == off[0].processID ? 1 : -1),
                    "the clocks are off")
            }
            let delayed = try await delayed(arena)
            // Enqueued by processes that believe in other hours.
            for hours in [1, -1] {
                let enqueuer = try arena.startEnqueuer(
                    "--jobs", "50", environment: try ShiftedClock.environment(hours: hours))
                #expect(try await enqueuer.waitForExit() == .code(0))
            }
            let failing = try await arena.enqueue(20, Act(.effect, failures: 2))
            try await arena.wait(for: long)
            let jobs = try await arena.allJobs().subtracting(try await arena.slots().values)
            try await arena.wait(for: jobs)
            for worker in [right] + off { try await arena.retire(worker) }

            let all = try await arena.allJobs()
            let slots = try await arena.slots()
            let history = try await arena.audit(jobs)
            #expect(history.runs.filter { long.contains($0.job) }.count == 50, "nobody was taken for dead")
            #expect(history.lateness(due: delayed).allSatisfy { $0 >= 0 }, "early")
            for id in failing {
                for (failed, next) in zip(history.runs(of: id), history.runs(of: id).dropFirst()) {
                    let bounds = MainErrand.retry.delayBounds(after: failed.attempt)
                    #expect(next.start - (failed.finish ?? 0) >= Int64(bounds.lowerBound / .microseconds(1)))
                }
            }
            #expect(jobs.count == 190, "no slot has a second job")
            // One slot every two seconds of PostgreSQL's clock, one job each.
            #expect(Set(slots.values).count == slots.count)
            #expect(Set(slots.values) == all.subtracting(jobs))
            #expect(zip(slots.keys.sorted(), slots.keys.sorted().dropFirst()).allSatisfy { $1 - $0 == 2 })
            ScenarioReport.did(
                """
                three workers, one an hour ahead, one an hour behind; long, delayed, failing and scheduled jobs; \
                two enqueuers alike
                """
            )
            ScenarioReport.figure("slots", "\(slots.count)")
        }
    }

    private func delayed(_ arena: Arena) async throws -> [JobID: Int64] {
        let offset = MachineTime.monotonic - MachineTime.wall
        var due: [JobID: Int64] = [:]
        for _ in 0..<20 {
            let moment = Date().addingTimeInterval(.random(in: 1...3))
            due[try await arena.enqueue([SideErrand(Act(.effect))], runAt: moment)[0]] =
                Int64(moment.timeIntervalSince1970 * 1_000_000) + offset
        }
        return due
    }
}

extension Arena {
    /// The slots of a schedule that have fired, by seconds since 1970, with their jobs.
    func slots(_ schedule: String = "interval") async throws -> [Int: JobID] {
        let rows = try await database.query(
            """
            SELECT extract(epoch FROM fire_at)::bigint AS at, job_id FROM job_schedule_slots
             WHERE schedule = \(schedule)
            """
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["at"], JobID(rawValue: try $0["job_id"])) })
    }
}
