import Foundation
import Redis
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

@Suite("A gate holds a queue's jobs back where they are")
struct GateTests {
    private final class Gate: QueueGate {
        private let state: Mutex<QueueAllowance>
        init(_ allowance: QueueAllowance) { state = Mutex(allowance) }
        func set(_ allowance: QueueAllowance) { state.withLock { $0 = allowance } }
        func allowance() async -> QueueAllowance { state.withLock { $0 } }
    }

    @Test(
        "what an allowance leaves of the free slots",
        arguments: [
            (QueueAllowance.open, 8, 3, 8, Duration?.none), (.atMost(5), 8, 3, 2, .milliseconds(100)),
            (.atMost(5), 8, 7, 0, .milliseconds(100)),
            (.atMost(20), 8, 3, 8, nil), (.closed(.seconds(30)), 8, 0, 0, .seconds(1)),
            (.closed(.milliseconds(200)), 8, 0, 0, .milliseconds(200)),
            (.closed(.zero), 8, 0, 0, .milliseconds(10)),
        ])
    func limiting(_ allowance: QueueAllowance, free: Int, running: Int, left: Int, pause: Duration?) {
        let result = allowance.limiting(free: free, running: running)
        #expect(result.free == left)
        #expect(result.pause == pause)
    }

    @Test("behind a closed gate jobs wait in their list and use up no attempt; other queues go on")
    func closed() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let gate = Gate(.closed(.seconds(60)))
            let registry = JobRegistry(Handler(Task1.self, log: log), Handler(Task2.self, log: log))
            try await engine.withWorker(registry, queues: [Task1.queue: 5, Task2.queue: 5], gates: [Task1.queue: gate])
            {
                var held: [JobID] = []
                for number in 0..<20 { held.append(try await engine.enqueue(Task1(text: "\(number)"))) }
                let free = try await engine.enqueue(Task2())
                _ = try await engine.waitUntil(free, is: .done)
                for id in held {
                    let job = try #require(try await engine.job(id))
                    #expect(job.state == .ready && job.attempts == 0)
                }
                #expect(log.all.count == 1)
                gate.set(.open)
                for id in held { _ = try await engine.waitUntil(id, is: .done) }
            }
            #expect(log.all.count == 21)
        }
    }

    @Test("a gate that lets few through keeps to it, and what was done is acknowledged all the same")
    func few() async throws {
        try await Engine.with { engine in
            let overlap = Overlap()
            let log = RunLog()
            let handler = Handler(Task1.self, log: log) { _, _ in try await overlap.work() }
            let gate = Gate(.atMost(2))
            try await engine.withWorker(JobRegistry(handler), queues: [Task1.queue: 8], gates: [Task1.queue: gate]) {
                try await engine.dispatcher.enqueueEphemeral((0..<10).map { _ in Task1() })
                try await eventually(within: .seconds(20), "ten ran") { log.all.count == 10 }
                #expect(overlap.most <= 2)
                gate.set(.closed(.seconds(60)))
                let leases = try await engine.redis.send(
                    RedisCommand("ZRANGE", .init(engine.keys(Task1.queue).leases), "0", "-1"))
                let process = try #require(leases.elements?.first?.text)
                try await eventually(within: .seconds(10), "all claims are acknowledged") {
                    let claims = engine.keys(Task1.queue).claims(ProcessID(rawValue: process))
                    return try await engine.redis.send(RedisCommand("HLEN", .init(claims))).int == 0
                }
            }
        }
    }
}
