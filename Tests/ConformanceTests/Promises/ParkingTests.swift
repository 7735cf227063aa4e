import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

@Suite("What a worker cannot understand is kept with its reason")
struct ParkingTests {
    @Test(
        "23 · malformed payloads, unknown names and newer versions are kept and run when a worker knows them",
        .scenario(23))
    func keptWithReason() async throws {
        try await Arena.with { arena in
            let old = try await arena.startWorker()
            let unknown = try await arena.enqueue([FutureErrand(Act(.effect))])[0]
            let newer = try await arena.enqueue([PresentErrand(Act(.effect))])[0]
            let known = try await arena.enqueue([PastErrand(Act(.effect))])[0]
            let malformed = try await arena.enqueue([Garbled()])[0]
            _ = try await arena.redis.send(
                RedisCommand("LPUSH", .init("\(arena.prefix):{main}:ready"), "no envelope at all"))
            let loose = try await arena.dispatcher.enqueueEphemeral([Garbled()])[0]

            try await arena.wait(for: [known])
            try await arena.wait(for: [unknown, newer], in: [.parked])
            try await arena.wait(for: [malformed], in: [.dead])
            #expect(try await arena.job(unknown)?.reason == "unknown_kind")
            #expect(try await arena.job(newer)?.reason == "newer_version")
            let dead = try #require(try await arena.job(malformed))
            #expect(dead.reason == "malformed")
            #expect(dead.payload.contains("nothing of use"), "the payload is kept")
            for id in [unknown, newer] { #expect(try await arena.job(id)?.attempts == 0) }
            try await eventually(within: .seconds(20), "those in Redis are dead letters") {
                let page = try await arena.inspector.list(JobFilter(state: .dead, queue: MainErrand.queue), limit: 20)
                let loosely = page.items.filter { !$0.isDurable && $0.reason == "malformed" }
                return loosely.contains { $0.id == loose } && loosely.contains { $0.payload == "no envelope at all" }
            }

            try await arena.retire(old)
            _ = try await arena.startWorker { $0.knowsComingKinds = true }
            try await arena.wait(for: [unknown, newer])
            let history = try await arena.audit([unknown, newer, known])
            #expect(history.runs(of: malformed).isEmpty)
            ScenarioReport.did("each of them, durable and not, to an old worker; then a new one")
        }
    }
}

/// Says that it is an errand and is none.
private struct Garbled: Job {
    static let name = MainErrand.name
    static let queue = MainErrand.queue
    static let retry = MainErrand.retry
    var nonsense = "nothing of use"
}
