import ConformanceWorker
import JobQueue
import Redis
import TestSupport
import Testing

@Suite("What Redis forgets, freezes or refuses for a while is noticed by nobody or got over alone")
struct RedisAwayTests {
    @Test("15 · SCRIPT FLUSH under load: nobody notices", .scenario(15))
    func scriptFlush() async throws {
        let server = try await RedisServer.start()
        let seconds = Chaos.scale(3, full: 20)
        try await Arena.with(redis: server) { arena in
            let worker = try await arena.startWorker()
            let load = try Load(arena, jobs: seconds * 100, perSecond: 100, act: Act(.effect, failures: 1))
            var flushes = 0
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                _ = try await arena.redis.send(RedisCommand("SCRIPT", "FLUSH"))
                flushes += 1
                try await letTimePass(.milliseconds(20), because: "the flushes are spread over the load")
            }
            let jobs = try await load.finish()
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == 2 * jobs.count)
            #expect(!worker.log.contains("could not"), "\(worker.log)")
            ScenarioReport.did("\(flushes) × SCRIPT FLUSH amid 100 jobs/s that each fail once")
        }
    }

    @Test(
        "15 · a half-open connection under the blocking call, and under the others: got over within a bound",
        .scenario(15))
    func halfOpen() async throws {
        let bound: Duration = .seconds(8)
        try await Arena.with { arena in
            let proxy = try TCPProxy(to: arena.redisPort)
            let worker = try await arena.startWorker { $0.redisProxy = proxy }
            var jobs: [JobID] = []
            var slowest = Duration.zero
            for text in ["\r\nBLMOVE\r\n", "\r\nEVALSHA\r\n"] {
                for delivered in [true, false] {
                    proxy.hold(at: text, .fromClient, delivered: delivered)
                    try await eventually(within: .seconds(20), "it is half-open") { proxy.isHolding }
                    let began = ContinuousClock.now
                    let job = try await arena.enqueue(1, Act(.effect))[0]
                    try await arena.wait(for: [job], within: .seconds(20))
                    slowest = max(slowest, ContinuousClock.now - began)
                    jobs.append(job)
                    proxy.release()
                }
            }
            #expect(slowest < bound)
            #expect(worker.isRunning)
            let history = try await arena.audit(jobs)
            #expect(history.runs.count == jobs.count)
            ScenarioReport.did(
                """
                the connection of the blocking call, and that of the scripts, left open and silent, \
                a job enqueued each time
                """
            )
            ScenarioReport.figure("slowest start", seconds(slowest))
        }
    }

    @Test("15 · Redis down at the start and again midway: the worker resumes by itself within 5 s", .scenario(15))
    func downAtStartAndMidway() async throws {
        let outage: Duration = Chaos.scale(.seconds(3), full: .seconds(60))
        let server = try await RedisServer.start(["appendonly yes"])
        try await Arena.with(redis: server) { arena in
            try await server.kill()
            let worker = try await arena.startWorker { $0.waitsForLease = false }
            let first = try await arena.enqueue(Array(repeating: MainErrand(Act(.effect)), count: 20), push: false)
            try await letTimePass(
                Chaos.scale(.seconds(2), full: .seconds(10)), because: "Redis is still away when the worker starts")
            let atStart = try await resumption(of: server, arena)
            try await arena.wait(for: first)

            let running = try await arena.enqueue(20, Act(.effect, sleep: 500))
            try await arena.waitForStarts(20, of: Set(running))
            try await server.kill()
            try await letTimePass(outage, because: "Redis is away that long")
            let during = try await arena.enqueue(Array(repeating: MainErrand(Act(.effect)), count: 5), push: false)
            let midway = try await resumption(of: server, arena)
            try await arena.wait(for: running + during)
            #expect(worker.isRunning)
            #expect(atStart < .seconds(5) && midway < .seconds(5))
            try await arena.audit(try await arena.allJobs())
            ScenarioReport.did("Redis away at the start, and for \(outage) with 20 jobs running")
            ScenarioReport.figure("resumed after", "\(seconds(atStart)) and \(seconds(midway))")
        }
    }

    /// Starts Redis again, and returns how long after that a job that is pushed has run.
    private func resumption(of server: RedisServer, _ arena: Arena) async throws -> Duration {
        try await server.restart()
        let back = ContinuousClock.now
        // The test's own connection has to come back too.
        try await eventually(within: .seconds(10), "Redis answers") {
            (try? await arena.redis.send(RedisCommand("PING"))) != nil
        }
        let marker = try await arena.enqueue(1, Act(.effect))
        try await arena.wait(for: marker, within: .seconds(20))
        return ContinuousClock.now - back
    }
}
