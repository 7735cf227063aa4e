import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("A dead worker's jobs run again, and its stale attempts change nothing")
struct RecoveryTests {
    @Test("a killed process loses nothing", arguments: [false, true])
    func aKilledProcessLosesNothing(started: Bool) async throws {
        try await Engine.with { engine in
            let log = RunLog()
            var ids: Set<JobID> = []
            for _ in 0..<20 { ids.insert(try await engine.enqueue(Task1())) }
            let claims = try await engine.claimAndDie(Task1.queue, count: 20, start: started)
            #expect(Set(claims.map(\.envelope.id)) == ids)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 5]) {
                for id in ids { _ = try await engine.waitUntil(id, is: .done) }
            }
            #expect(log.all.count == 20)
            // A crash is counted apart and uses up no attempt; a job that had not started has not crashed.
            #expect(log.all.allSatisfy { $0.attempt == 1 && $0.crashes == (started ? 1 : 0) })
            for claim in claims {
                let stale = JobCompletion(jobID: claim.envelope.id, epoch: claim.epoch)
                #expect(try await engine.database.execute(stale.statement) == 0)
            }
        }
    }

    @Test("no job is taken over while the lease is alive")
    func nothingIsTakenWhileTheLeaseIsAlive() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let id = try await engine.enqueue(Task1())
            let claim = try #require(try await engine.claimAndDie(Task1.queue, count: 1, start: true).first)
            // Alive after all: the lease reaches far into the future.
            let keys = engine.keys(Task1.queue)
            let process = try #require(
                try await engine.redis.send(RedisCommand("ZRANGE", .init(keys.leases), .init(0), .init(-1))).elements?
                    .first?.text)
            _ = try await engine.redis.send(
                RedisCommand(
                    "ZADD", .init(keys.leases), .init(Int(Date().timeIntervalSince1970 * 1000) + 600_000),
                    .init(process)))
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 5]) {
                let marker = try await engine.enqueue(Task1())
                _ = try await engine.waitUntil(marker, is: .done)
                let reclaimed = try await Reclaim.all(
                    of: ProcessID(rawValue: process), keys: keys, redis: engine.redis, reason: .lapsed)
                #expect(reclaimed.taken == 0)
            }
            #expect(log.of(id).isEmpty)
            // And its own attempt still counts.
            #expect(try await engine.database.execute(JobCompletion(jobID: id, epoch: claim.epoch).statement) == 1)
        }
    }

    @Test("a stale attempt cannot fail, retry or release either")
    func aStaleAttemptCannotFailRetryOrReleaseEither()
        async throws
    {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            let first = try #require(try await engine.claimAndDie(Task1.queue, count: 1, start: true).first)
            let keys = engine.keys(Task1.queue)
            let lapsed = try await engine.lapsed(Task1.queue)
            for process in lapsed {
                _ = try await Reclaim.all(of: process, keys: keys, redis: engine.redis, reason: .lapsed)
            }
            let second = try #require(try await engine.claimAndDie(Task1.queue, count: 1, start: true).first)
            #expect(second.epoch > first.epoch)
            let error = AttemptError(
                kind: Task1.name, attempt: 1, code: "transient", message: "late", process: "p", durationMilliseconds: 1,
                at: Date())
            for outcome in [
                AttemptOutcome.retry(after: .zero, error), .snooze(.zero, error), .dead(reason: "permanent", error),
                .done,
            ] {
                #expect(try await engine.ledger.record(outcome, job: id, epoch: first.epoch) == false)
            }
            try await engine.ledger.release([(id: id, epoch: first.epoch)])
            let job = try #require(try await engine.job(id))
            #expect(job.state == .running)
            #expect(job.crashes == 1)
            #expect(job.errors.map(\.code) == ["process_died"])
        }
    }

    @Test("a job that kills its worker three times is quarantined, others flow")
    func quarantine() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let killer = try await engine.enqueue(Task1(text: "killer"))
            let keys = engine.keys(Task1.queue)
            for _ in 0..<3 {
                #expect(try await engine.claimAndDie(Task1.queue, count: 1, start: true).count == 1)
                let lapsed = try await engine.lapsed(Task1.queue)
                for process in lapsed {
                    _ = try await Reclaim.all(of: process, keys: keys, redis: engine.redis, reason: .lapsed)
                }
            }
            let other = try await engine.enqueue(Task1(text: "other"))
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                _ = try await engine.waitUntil(other, is: .done)
                let dead = try await engine.waitUntil(killer, is: .dead)
                #expect(dead.reason == "quarantined")
                #expect(dead.crashes == 3)
            }
            #expect(log.of(killer).isEmpty)
        }
    }

    @Test("ephemeral jobs are recovered, quarantined and requeued too")
    func ephemeralJobs() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let id = try await engine.dispatcher.enqueueEphemeral(Task1())
            let keys = engine.keys(Task1.queue)
            for crash in 1...3 {
                #expect(
                    try await engine.claimAndDie(Task1.queue, count: 1, start: true).map(\.envelope.crashes) == [
                        crash - 1
                    ])
                let process = try #require(try await engine.lapsed(Task1.queue).first)
                let count = try await Reclaim.all(of: process, keys: keys, redis: engine.redis, reason: .lapsed)
                #expect(count.quarantined == (crash == 3 ? 1 : 0))
            }
            let dead = try #require(
                try await engine.inspector.list(JobFilter(state: .dead, queue: Task1.queue), limit: 10).items.first {
                    $0.id == id
                })
            #expect(dead.reason == "quarantined")
            try await engine.inspector.retry(id)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                try await eventually("it runs") { log.of(id).count == 1 }
            }
        }
    }

    @Test("garbage in the list is kept with its reason")
    func garbageInTheListIsKeptWithItsReason() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            _ = try await engine.redis.send(
                RedisCommand("LPUSH", .init(engine.keys(Task1.queue).ready), "not an envelope"))
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                let page = try await eventually("it is a dead letter") {
                    let page = try await engine.inspector.list(JobFilter(state: .dead, queue: Task1.queue), limit: 10)
                    return page.items.contains { $0.reason == "malformed" } ? page : nil
                }
                #expect(page.items.contains { $0.payload == "not an envelope" })
                // It never ran, so it never failed.
                for (hasErrors, count) in [(true, 0), (false, 1)] {
                    let filter = JobFilter(state: .dead, queue: Task1.queue, hasErrors: hasErrors)
                    #expect(try await engine.inspector.list(filter, limit: 10).items.count == count)
                }
            }
        }
    }

    @Test("an emptied Redis is filled again from the ledger")
    func anEmptiedRedisHealsFromTheLedger() async throws {
        let server = try await RedisServer.start()
        try await Engine.with(redisURL: server.url) { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { job, _ in
                if job.text == "slow" { try await letTimePass(.seconds(1), because: "Redis is emptied while it runs") }
            }
            var ids: [JobID] = []
            for _ in 0..<40 { ids.append(try await engine.enqueue(Task1(text: "slow"))) }
            ids.append(try await engine.enqueue(Task1(), runAt: Date().addingTimeInterval(2)))
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 8]) {
                try await eventually("some have started") { log.all.count >= 8 }
                _ = try await engine.redis.send(RedisCommand("FLUSHALL"))
                for id in ids { _ = try await engine.waitUntil(id, is: .done, within: .seconds(40)) }
            }
            #expect(Set(log.all.map(\.job)) == Set(ids))
            #expect(log.all.count == ids.count, "no job ran twice")
        }
    }

    @Test("a cut connection loses and doubles nothing")
    func cutConnection() async throws {
        let proxy = try TCPProxy(to: try redisPort())
        try await Engine.with(redisURL: "redis://127.0.0.1:\(proxy.port)/0") { engine in
            try await engine.database.execute("CREATE TABLE IF NOT EXISTS cut_effects (job uuid)")
            let database = engine.database
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, context in
                try await letTimePass(.milliseconds(5), because: "some cuts fall on running jobs")
                try await database.transaction { tx in
                    try tx.execute("INSERT INTO cut_effects VALUES (\(context.jobID))")
                    try context.completion.check(try tx.pipeline([context.completion.statement])[0])
                }
            }
            var ids: [JobID] = []
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 8]) {
                for round in 0..<300 {
                    ids.append(try await engine.enqueue(Task1()))
                    if round % 60 == 59 { proxy.cut() }
                }
                for id in ids { _ = try await engine.waitUntil(id, is: .done, within: .seconds(60)) }
            }
            let effects: [UUID] = try await database.query("SELECT job FROM cut_effects").map { try $0["job"] }
            #expect(effects.count == ids.count)
            #expect(Set(effects) == Set(ids.map(\.rawValue)))
        }
    }

    private func redisPort() throws -> Int {
        try #require(URLComponents(string: try TestEnvironment.redisURL)?.port)
    }

    @Test("a shutdown finishes short jobs and releases long ones")
    func shutdownReleasesLongJobs() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { job, _ in
                let length: Duration = job.text == "long" ? .seconds(60) : .milliseconds(500)
                try await letTimePass(length, because: "the grace is two seconds")
            }
            var short: [JobID] = []
            var long: [JobID] = []
            for _ in 0..<5 {
                short.append(try await engine.enqueue(Task1(text: "short")))
                long.append(try await engine.enqueue(Task1(text: "long")))
            }
            let began = ContinuousClock.now
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 10], grace: .seconds(2)) {
                try await eventually("all have started") { log.all.count == 10 }
            }
            #expect(ContinuousClock.now - began < .seconds(15))
            for id in short { #expect(try await engine.job(id)?.state == .done) }
            for id in long {
                let job = try #require(try await engine.job(id))
                #expect(job.state == .ready)
                #expect(job.attempts == 0)
                #expect(job.crashes == 0)
            }
            // At once: they lie in the list again, and no lease is left behind.
            #expect(try await engine.redis.send(RedisCommand("LLEN", .init(engine.keys(Task1.queue).ready))).int == 5)
            #expect(try await engine.redis.send(RedisCommand("ZCARD", .init(engine.keys(Task1.queue).leases))).int == 0)
        }
    }

    @Test("of fifty claimers one gets the job")
    func fiftyClaimersOneJob() async throws {
        try await Engine.with { engine in
            let keys = engine.keys("claimers")
            for _ in 0..<50 {
                _ = try await engine.redis.send(
                    RedisCommand(
                        "LPUSH", .init(keys.ready),
                        .init(Envelope(id: .new(), name: "x", version: 1, enqueuedAt: 1, isDurable: false).encoded())))
                let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            let process = ProcessID.new()
                            let reply = try ClaimReply(
                                try await engine.redis.evaluate(
                                    QueueScripts.claim, keys: keys.forClaim(process),
                                    arguments: QueueScripts.claimArguments(process: process, free: 10, acknowledge: []))
                            )
                            return reply.claims.count
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(claimed == 1)
            }
        }
    }

    @Test("a paused queue claims nothing and resumes")
    func aPausedQueueClaimsNothingAndResumes() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            try await engine.inspector.pause(Task1.queue)
            try await engine.withWorker(
                JobRegistry(Handler(Task1.self, log: log), Handler(Task2.self, log: log)),
                queues: [Task1.queue: 2, Task2.queue: 1]
            ) {
                let held = try await engine.enqueue(Task1())
                let other = try await engine.enqueue(Task2())
                _ = try await engine.waitUntil(other, is: .done)
                #expect(try await engine.inspector.queues().first { $0.queue == Task1.queue }?.isPaused == true)
                #expect(log.of(held).isEmpty)
                try await engine.inspector.resume(Task1.queue)
                _ = try await engine.waitUntil(held, is: .done)
            }
        }
    }
}
