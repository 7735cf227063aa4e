import ConformanceWorker
import Foundation
import JobQueue
import TestSupport
import Testing

@Suite("A job that kills its worker stops nobody else")
struct QuarantineTests {
    @Test("22 · a job that ends its process is quarantined after three deaths, and the others flow", .scenario(22))
    func quarantinedAfterThreeDeaths() async throws {
        let endings = Chaos.scale([Act.Ending.death], full: [.death, .exit, .abort])
        try await withThrowingTaskGroup { group in
            for ending in endings { group.addTask { try await threeDeaths(by: ending) } }
            try await group.waitForAll()
        }
        ScenarioReport.did(
            """
            a job that ends its process by \(endings.map(\.rawValue).formatted()), \
            the process started anew each time, others enqueued all the while
            """
        )
    }

    private func threeDeaths(by ending: Act.Ending) async throws {
        try await Arena.with { arena in
            let killer = try await arena.enqueue(1, Act(ending, sleep: 300))[0]
            var others: [JobID] = []
            for _ in 1...3 {
                let worker = try await arena.startWorker { $0.waitsForLease = false }
                others += try await arena.enqueue(10, Act(.effect, sleep: 20))
                others += try await arena.enqueue(Array(repeating: SideErrand(Act(.effect, sleep: 20)), count: 10))
                try await worker.waitForExit(within: .seconds(30))
                try await arena.hurryLapse(of: worker)
            }
            _ = try await arena.startWorker()
            try await arena.wait(for: [killer], in: [.dead])
            let dead = try #require(try await arena.job(killer))
            #expect(dead.reason == "quarantined")
            #expect(dead.crashes == 3)
            #expect(dead.errors.map(\.code) == ["process_died", "process_died", "process_died"])
            others += try await arena.enqueue(5, Act(.effect))
            try await arena.wait(for: others)
            let history = try await arena.audit(others)
            #expect(history.runs(of: killer).map(\.attempt) == [1, 1, 1], "a crash uses up no attempt")
            #expect(history.runs(of: killer).map(\.crashes) == [0, 1, 2])
        }
    }
}
