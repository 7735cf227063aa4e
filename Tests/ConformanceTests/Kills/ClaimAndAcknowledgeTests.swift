import ConformanceWorker
import JobQueue
import Postgres
import TestSupport
import Testing

@Suite("Between claim and start, and between effect and acknowledgement, nothing is lost and nothing doubled")
struct ClaimAndAcknowledgeTests {
    @Test(
        "2 · killed between claim and start, the claim's answer never seen: not lost, and no crash is counted",
        .scenario(2))
    func killedBetweenClaimAndStart() async throws {
        // Once the script's answer is frozen, for jobs that waited already; once the idle worker's wake-up, for a job
        // that is pushed to it.
        async let claimed: Void = frozenAnswer(waiting: 10)
        async let woken: Void = frozenAnswer(waiting: 0)
        _ = try await (claimed, woken)
        ScenarioReport.did(
            """
            the answer to a claim of 10 jobs, and that to a blocking wake-up, frozen by a proxy; then SIGKILL; \
            another worker goes on
            """
        )
    }

    private func frozenAnswer(waiting: Int) async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            var jobs: [JobID] = []
            let first: ManagedProcess
            if waiting > 0 {
                jobs = try await arena.enqueue(waiting, Act(.effect))
                proxy.hold(at: jobs[0].description, .fromServer, delivered: false)
                first = try await arena.startWorker {
                    $0.redisProxy = proxy
                    $0.waitsForLease = false
                }
            } else {
                first = try await arena.startWorker { $0.redisProxy = proxy }
                let pending = try JobLedger.insertion(of: MainErrand(Act(.effect)))
                try await arena.commit(pending)
                proxy.hold(at: pending.id.description, .fromServer, delivered: false)
                await arena.dispatcher.push([pending])
                jobs = [pending.id]
            }
            try await eventually(within: .seconds(20), "the answer is frozen") { proxy.isHolding }
            try await arena.kill(first)
            try await arena.hurryLapse(of: first)
            _ = try await arena.startWorker()
            try await arena.wait(for: jobs)
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == jobs.count)
            #expect(history.runs.allSatisfy { $0.attempt == 1 && $0.crashes == 0 && $0.process != first.processID })
        }
    }

    @Test("3 · killed after the effect, before the acknowledgement: the effect is there once", .scenario(3))
    func killedAfterTheEffect() async throws {
        let trials = Chaos.scale(1, full: 10)
        _ = try await inBatches(of: 5, trials) {
            try await Arena.with { arena in
                let first = try await arena.startWorker { $0.waitsForLease = false }
                // The process dies the moment the first commit has returned; the others are in the middle of theirs.
                let fatal = try await arena.enqueue(1, Act(.effectThenDeath, sleep: 200))
                let others = try await arena.enqueue(19, Act(.effect, sleep: 200))
                #expect(try await first.waitForExit(within: .seconds(20)) == .signal(9))
                try await arena.hurryLapse(of: first)
                _ = try await arena.startWorker()
                try await arena.wait(for: fatal + others)
                try await arena.waitUntilIdle(within: .seconds(20))
                let history = try await arena.audit(fatal + others)
                #expect(history.runs(of: fatal[0]).count == 1)
            }
        }
        ScenarioReport.did("\(trials) × a worker that kills itself right after the commit of one of 20 jobs")
    }

    @Test(
        "6 · killed during a batch acknowledgement, before or after Redis had it: all of the batch is accounted for",
        .scenario(6))
    func killedWhileAcknowledging() async throws {
        async let lost: Void = acknowledgement(delivered: false)
        async let kept: Void = acknowledgement(delivered: true)
        _ = try await (lost, kept)
        ScenarioReport.did(
            """
            20 jobs end at once; the command that acknowledges them is frozen on its way, or its answer is; then SIGKILL
            """
        )
    }

    private func acknowledgement(delivered: Bool) async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            let first = try await arena.startWorker { $0.redisProxy = proxy }
            let jobs = try await arena.enqueue(20, Act(.effect, sleep: 1000))
            try await arena.waitForStarts(20)
            let epoch = try #require(try arena.history().runs.map(\.epoch).max())
            proxy.hold(at: "\r\n\(epoch)\r\n", .fromClient, delivered: delivered)
            try await eventually(within: .seconds(20), "all have ended, and an acknowledgement is frozen") {
                try proxy.isHolding && arena.history().ended.count == 20
            }
            try await arena.kill(first)
            try await arena.hurryLapse(of: first)
            _ = try await arena.startWorker()
            try await arena.wait(for: jobs)
            try await arena.waitUntilIdle(within: .seconds(20))
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == 20, "what had ended did not run again")
        }
    }
}
