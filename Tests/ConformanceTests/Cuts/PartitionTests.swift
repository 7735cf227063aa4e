import ConformanceWorker
import JobQueue
import TestSupport
import Testing

@Suite("Cut off from one of the two servers: at most one effect")
struct PartitionTests {
    @Test(
        "11 · worker and Redis partitioned for twice the lease: at most one effect, and exactly one in the end",
        .scenario(11))
    func cutOffFromRedis() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            let first = try await arena.startWorker { $0.redisProxy = proxy }
            let jobs = try await arena.enqueue(
                lengths.map { MainErrand(Act(.effect, sleep: $0, isDeaf: true), Act(.effect, sleep: 500)) })
            try await arena.waitForStarts(jobs.count)
            let second = try await arena.startWorker()
            proxy.pause()
            try await letTimePass(silence, because: "the partition lasts twice the lease")
            proxy.resume()
            try await arena.wait(for: jobs)
            let more = try await arena.enqueue(20, Act(.effect))
            try await arena.wait(for: more)
            try await arena.waitUntilIdle(within: .seconds(20))
            let history = try await arena.audit(jobs + more, stale: [first.processID])
            // What ended within the lease counts; what ended after it was refused and ran again elsewhere.
            #expect(history.runs(of: jobs[0]).map(\.process) == [first.processID])
            for id in jobs.suffix(2) {
                #expect(history.runs(of: id).map(\.process) == [first.processID, second.processID])
                #expect(history.runs(of: id).map(\.outcome) == [.fenced, .end])
            }
            ScenarioReport.did("\(silence) of silence between one worker and Redis while its jobs of \(lengths) ms run")
        }
    }

    @Test(
        "11 · worker and PostgreSQL partitioned for twice the lease: at most one effect, and exactly one in the end",
        .scenario(11))
    func cutOffFromPostgres() async throws {
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.databasePort)
            let first = try await arena.startWorker { $0.databaseProxy = proxy }
            let jobs = try await arena.enqueue(lengths.map { MainErrand(Act(.effect, sleep: $0, isDeaf: true)) })
            try await arena.waitForStarts(jobs.count)
            _ = try await arena.startWorker()
            proxy.pause()
            // Claimed by whoever is free: by the one that cannot start them too.
            let more = try await arena.enqueue(40, Act(.effect, sleep: 200))
            try await letTimePass(silence, because: "the partition lasts twice the lease")
            proxy.resume()
            try await arena.wait(for: jobs + more, within: .seconds(90))
            try await arena.waitUntilIdle(within: .seconds(20))
            try await arena.audit(jobs + more, stale: [first.processID])
            ScenarioReport.did("\(silence) of silence between one worker and PostgreSQL")
        }
    }

    /// The lease is 8 s: the first ends within it, the others after it has lapsed and before the silence ends.
    private let lengths = Chaos.scale([2000, 9500, 10_000], full: [2000, 12_000, 14_000])
    private let silence: Duration = Chaos.scale(.seconds(11), full: .seconds(16))
}
