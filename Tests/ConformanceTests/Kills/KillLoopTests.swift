import ConformanceWorker
import JobQueue
import TestSupport
import Testing

extension Measured {
    @Suite("Kills under load cost a little time and no job")
    struct KillLoopTests {
        @Test(
            "5 · one of two workers killed again and again: at least 80 % of the normal throughput, nothing lost",
            .scenario(5))
        func killedAgainAndAgain() async throws {
            let length = 100
            let concurrency = 20
            let kills = Chaos.scale(2, full: 12)
            let distance: Duration = Chaos.scale(.seconds(2), full: .seconds(10))
            let calm: Duration = Chaos.scale(.seconds(2), full: .seconds(10))
            // What two workers can do at most, so that jobs are left when the last kill is over.
            let perSecond = 2 * concurrency * 1000 / length
            let count = perSecond * Int((calm + distance * kills) / .seconds(1))
            try await Arena.with { arena in
                let enqueuer = try arena.startEnqueuer(
                    "--jobs", "\(count)", "--batch", "200", "--act",
                    #"{"ending":"effect","sleep":\#(length),"spin":0,"hold":0,"failures":0,"isDeaf":false}"#)
                #expect(try await enqueuer.waitForExit(within: .seconds(120)) == .code(0))
                let jobs = try await arena.allJobs()
                #expect(jobs.count == count)
                _ = try await arena.startWorker { $0.queues = "main=\(concurrency)" }
                var victim = try await arena.startWorker { $0.queues = "main=\(concurrency)" }
                try await letTimePass(.milliseconds(500), because: "both workers have then filled their slots")
                let began = MachineTime.monotonic
                try await letTimePass(calm, because: "the normal throughput is counted in this time")
                let undisturbed = MachineTime.monotonic
                for _ in 0..<kills {
                    try await letTimePass(distance, because: "the kills come this far apart")
                    try await arena.kill(victim)
                    try await arena.hurryLapse(of: victim)
                    victim = try await arena.startWorker {
                        $0.queues = "main=\(concurrency)"
                        $0.waitsForLease = false
                    }
                }
                let over = MachineTime.monotonic
                _ = try await arena.waitForAll(within: .seconds(120))
                let history = try await arena.audit(jobs)
                let normal = history.endsPerSecond(from: began, to: undisturbed)
                let disturbed = history.endsPerSecond(from: undisturbed, to: over)
                if Chaos.isOn { #expect(disturbed >= 0.8 * normal) }
                #expect(history.deaths.count == kills)
                ScenarioReport.did(
                    "\(kills) × SIGKILL of one of two workers, \(distance) apart, \(count) jobs of \(length) ms")
                ScenarioReport.figure(
                    "throughput", "\(Int(disturbed))/s of \(Int(normal))/s = \(Int(disturbed / normal * 100)) %")
            }
        }
    }
}
