import ConformanceWorker
import Foundation
import JobQueue
import TestSupport
import Testing

extension Measured {
    @Suite("A crowd in one queue is no hindrance in another")
    struct CrowdTests {
        @Test("26 · a long queue of unimportant jobs: another queue's jobs start within 50 ms (p99)", .scenario(26))
        func otherQueuesFlow() async throws {
            let crowd = Chaos.scale(50_000, full: 1_000_000)
            let probes = Chaos.scale(100, full: 500)
            try await Arena.with { arena in
                let enqueuer = try arena.startEnqueuer(
                    "--kind", "tick", "--ephemeral", "--jobs", "\(crowd)", "--batch", "1000")
                #expect(try await enqueuer.waitForExit(within: .seconds(200)) == .code(0))
                _ = try await arena.startWorker { $0.queues = "main=2,side=10" }
                var pushed: [JobID: Int64] = [:]
                var durable: [JobID] = []
                for probe in 0..<probes {
                    let pending = try JobLedger.insertion(of: SideErrand(Act(.effect)))
                    if probe.isMultiple(of: 2) {
                        try await arena.commit(pending)
                        pushed[pending.id] = MachineTime.monotonic
                        await arena.dispatcher.push([pending])
                        durable.append(pending.id)
                    } else {
                        let now = MachineTime.monotonic
                        pushed[try await arena.dispatcher.enqueueEphemeral(SideErrand(Act()))] = now
                    }
                    try await letTimePass(.milliseconds(20), because: "the probes come 20 ms apart")
                }
                let left = try await arena.waitingInRedis()
                #expect(left > 0, "the crowd waits to the end")
                try await arena.wait(for: durable)
                let waits = try arena.history().lateness(due: pushed)
                #expect(waits.count == probes)
                let worst = try #require(waits.percentile(99))
                if Chaos.isOn { #expect(worst < 50_000) }
                ScenarioReport.did(
                    """
                    \(crowd) jobs waiting in one queue with 2 running at once, \(probes) jobs pushed to another, \
                    20 ms apart
                    """
                )
                ScenarioReport.figure(
                    "wait p50 / p99 / max",
                    [waits.percentile(50) ?? 0, worst, waits.max() ?? 0].map(milliseconds).joined(separator: " / "))
            }
        }
    }
}
