import Postgres
import Redis
import TestSupport
import Testing

@testable import JobQueue

@Suite("A command that is carried out after its connection broke strands no job")
struct StrayClaimTests {
    @Test("a claim or a wake-up in the name of a living process of which that knows nothing is found and run")
    func strays() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let keys = engine.keys(Task1.queue)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 2]) {
                let process = try await eventually("the worker has a lease") {
                    try await engine.redis.send(RedisCommand("ZRANGE", .init(keys.leases), .init(0), .init(-1)))
                        .elements?.first?.text
                        .map(ProcessID.init(rawValue:))
                }
                let claimed = try JobLedger.insertion(of: Task1(text: "claimed"))
                let moved = try JobLedger.insertion(of: Task1(text: "moved"))
                for job in [claimed, moved] { _ = try await engine.database.query(job.statement) }
                func envelope(_ job: PendingJob) -> RedisArgument {
                    .init(Envelope(id: job.id, name: job.name, version: 1, enqueuedAt: 1, isDurable: true).encoded())
                }
                // As the claim script and BLMOVE would leave them whose answers nobody waits for any more.
                _ = try await engine.redis.send(
                    RedisCommand("HSET", .init(keys.claims(process)), "1790000000000000", envelope(claimed)))
                _ = try await engine.redis.send(RedisCommand("LPUSH", .init(keys.inbox(process)), envelope(moved)))
                for job in [claimed, moved] { _ = try await engine.waitUntil(job.id, is: .done, within: .seconds(15)) }
            }
            #expect(log.all.count == 2)
        }
    }
}
