import ConformanceWorker
import JobQueue
import TestSupport
import Testing

extension Measured {
    @Suite("Each job is claimed once")
    struct ClaimTests {
        @Test("12 · a hundred claimers and one job: claimed once, every round", .scenario(12))
        func aHundredClaimersOneJob() async throws {
            let rounds = Chaos.scale(100, full: 10_000)
            try await Arena.with { arena in
                let claimers = try Claimers(100, arena: arena, queue: ClaimedTick.queue)
                var wrong = 0
                for _ in 0..<rounds where try await !claimers.round(of: arena).isEmpty { wrong += 1 }
                await claimers.close()
                #expect(wrong == 0)
                ScenarioReport.did("\(rounds) rounds of 100 concurrent claims over 10 connections for one job")
                ScenarioReport.figure("rounds with another count than one", "\(wrong)")
            }
        }

        @Test("12 · many jobs and several workers: each runs once", .scenario(12))
        func manyJobsSeveralWorkers() async throws {
            let jobs = Chaos.scale(20_000, full: 1_000_000)
            let workers = 3
            try await Arena.with { arena in
                let enqueuer = try arena.startEnqueuer(
                    "--kind", "tick", "--ephemeral", "--jobs", "\(jobs)", "--batch", "1000")
                var running: [ManagedProcess] = []
                for _ in 0..<workers { running.append(try await arena.startWorker { $0.queues = "main=100" }) }
                #expect(try await enqueuer.waitForExit(within: .seconds(300)) == .code(0))
                try await arena.waitUntilIdle(within: .seconds(400))
                for worker in running { try await arena.retire(worker) }
                let count = try await arena.countByProgram()
                #expect(count == ProgramCount(runs: jobs, ended: jobs, endedTwice: 0, overlapping: 0, unreadable: 0))
                ScenarioReport.count(
                    jobs: jobs, runs: count.runs, lost: jobs - count.ended, doubled: count.endedTwice,
                    overlapping: count.overlapping)
                ScenarioReport.did("\(jobs) jobs in Redis, \(workers) worker processes of 100")
            }
        }
    }
}
