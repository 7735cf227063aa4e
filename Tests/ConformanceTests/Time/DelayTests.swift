import ConformanceWorker
import Foundation
import JobQueue
import TestSupport
import Testing

extension Measured {
    @Suite("A delayed job starts when it is due")
    struct DelayTests {
        @Test("18 · many jobs due at random moments: none early, 99 of 100 less than 100 ms late", .scenario(18))
        func neverEarlyHardlyLate() async throws {
            let count = Chaos.scale(400, full: 10_000)
            let span = Chaos.scale(2.0, full: 10.0)
            try await Arena.with { arena in
                _ = try await arena.startWorker { $0.queues = "main=100,side=100" }
                let origin = Date().addingTimeInterval(Chaos.scale(2, full: 20))
                let offset = MachineTime.monotonic - MachineTime.wall
                var due: [JobID: Int64] = [:]
                var durable: [JobID] = []
                let moments = (0..<count).map { _ in origin.addingTimeInterval(.random(in: 0..<span)) }
                for (index, moment) in moments.enumerated() {
                    let id: JobID
                    if index.isMultiple(of: 2) {
                        id = try await arena.enqueue([MainErrand(Act(.effect))], runAt: moment)[0]
                        durable.append(id)
                    } else {
                        id = try await arena.dispatcher.enqueueEphemeral(SideErrand(Act()), runAt: moment)
                    }
                    due[id] = Int64(moment.timeIntervalSince1970 * 1_000_000) + offset
                }
                if Chaos.isOn { #expect(Date() < origin, "enqueued in time") }
                try await arena.wait(for: durable, within: .seconds(90))
                try await eventually(within: .seconds(20), "those in Redis end") {
                    try arena.history().ended.isSuperset(of: due.keys)
                }
                let history = try await arena.audit(durable)
                let lateness = history.lateness(due: due)
                #expect(lateness.count == count)
                // What is stored is the millisecond at or after the moment.
                #expect(lateness.allSatisfy { $0 >= 0 }, "early: \(lateness.min() ?? 0) µs")
                let worst = try #require(lateness.percentile(99))
                if Chaos.isOn { #expect(worst < 100_000) }
                #expect(history.runs.count == count)
                ScenarioReport.did("\(count) jobs, half of them durable, due at random within \(Int(span)) s")
                ScenarioReport.figure(
                    "lateness p50 / p99 / max",
                    [lateness.percentile(50) ?? 0, worst, lateness.max() ?? 0].map(milliseconds).joined(
                        separator: " / "))
            }
        }
    }
}
