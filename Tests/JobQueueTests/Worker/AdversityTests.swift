import Foundation
import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("Lost answers, full servers and wrong clocks strand no job")
struct AdversityTests {
    @Test("a start whose answer was lost is answered again")
    func lostAnswerToAStart() async throws {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1())
            let process = ProcessID.new()
            let request = StartRequest(id: id, epoch: 1_790_000_000_000_000, superseded: [])
            let first = try await engine.ledger.start([request], process: process)
            let again = try await engine.ledger.start([request], process: process)
            #expect(first.map(\.id) == [id])
            #expect(again.map(\.id) == [id])
            #expect(again.map(\.attempt) == [1])
            #expect(again.map(\.crashes) == [0])
            // Another process with the same number is not answered, nor is an older claim.
            #expect(try await engine.ledger.start([request], process: .new()).isEmpty)
            let older = StartRequest(id: id, epoch: request.epoch - 1, superseded: [request.epoch])
            #expect(try await engine.ledger.start([older], process: process).isEmpty)
        }
    }

    @Test("a Redis at its memory limit still drains")
    func aRedisAtItsMemoryLimitStillDrains() async throws {
        let server = try await RedisServer.start(["maxmemory-policy noeviction"])
        try await Engine.with(redisURL: server.url) { engine in
            let log = RunLog()
            var ids: [JobID] = []
            for _ in 0..<50 { ids.append(try await engine.enqueue(Task1())) }
            _ = try await engine.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
            let late = try await engine.enqueue(Task1())
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 5]) {
                for id in ids { _ = try await engine.waitUntil(id, is: .done) }
                #expect(log.of(late).isEmpty, "Redis could not take it; it waits in the ledger")
                _ = try await engine.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
                _ = try await engine.waitUntil(late, is: .done)
            }
            #expect(log.all.count == 51)
        }
    }

    @Test("a claim of thousands files each of them")
    func aClaimOfThousandsFilesEachOfThem() async throws {
        try await Engine.with { engine in
            let count = 6000
            try await engine.dispatcher.enqueueEphemeral((0..<count).map { Task1(text: "\($0)") })
            let claims = try await engine.claimAndDie(Task1.queue, count: count, start: false)
            #expect(claims.count == count)
            #expect(Set(claims.map(\.epoch)).count == count)
            let keys = engine.keys(Task1.queue)
            let process = try #require(try await engine.lapsed(Task1.queue).first)
            let taken = try await Reclaim.all(of: process, keys: keys, redis: engine.redis, reason: .lapsed)
            #expect(taken.taken == count)
            // Oldest first again, as they were.
            let next = try await engine.claimAndDie(Task1.queue, count: 3, start: false)
            #expect(next.map(\.envelope.id) == claims.prefix(3).map(\.envelope.id))
        }
    }

    @Test("no job counts as lost while the list's age is unknown or in the future")
    func unknownAgeOfTheList()
        async throws
    {
        try await Engine.with { engine in
            let id = try await engine.enqueue(Task1(), push: false)
            try await engine.database.execute(
                "UPDATE jobs SET dispatch_at = now() - interval '1 hour' WHERE id = \(id)")
            for oldest in [Date(timeIntervalSince1970: 0), Date().addingTimeInterval(3600)] {
                let lost = try await engine.ledger.takeLost(
                    queue: Task1.queue, oldestWaiting: oldest, slack: .seconds(5), limit: 10)
                #expect(lost.isEmpty)
            }
            let lost = try await engine.ledger.takeLost(
                queue: Task1.queue, oldestWaiting: nil, slack: .seconds(5), limit: 10)
            #expect(lost.map(\.id) == [id])
        }
    }

    @Test("a row outside every day stops no partition")
    func aRowOutsideEveryDayStopsNoPartition() async throws {
        try await Engine.with { engine in
            let far = JobID.new(at: Date().addingTimeInterval(5 * 86_400))
            let job = try JobLedger.insertion(of: Task1(), id: far)
            try await engine.database.execute(job.statement)
            let made: Int = try await engine.database.query("SELECT create_job_partitions(6)::bigint AS made")[0][
                "made"]
            // Days 4 and 6; day 5 has a row in the default partition already.
            #expect(made == 2)
            #expect(try await engine.job(far)?.state == .ready)
            // A finished day goes, an unfinished one stays.
            try await engine.database.execute("UPDATE jobs SET state = 'done', finished_at = now() WHERE id = \(far)")
            #expect(
                try await engine.database.query("SELECT drop_finished_job_partitions(-7)::bigint AS dropped")[0][
                    "dropped"] as Int == 6)
        }
    }
}
