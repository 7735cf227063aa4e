import Foundation
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

@Suite("Jobs that were claimed together run side by side")
struct LaneTests {
    @Test("all of them at once, when each waits for the others", .timeLimit(.minutes(1)))
    func together() async throws {
        let arrived = Atomic(0)
        await withDiscardingTaskGroup { group in
            group.addTasks(for: Array(0..<500)) { _ in
                arrived.add(1, ordering: .relaxed)
                try? await eventually(within: .seconds(50), "all have arrived") {
                    arrived.load(ordering: .relaxed) == 500
                }
            }
        }
        #expect(arrived.load(ordering: .relaxed) == 500)
    }

    @Test("each once, few or many", arguments: [0, 1, 3, 5, 1000])
    func once(count: Int) async {
        let runs = Mutex([Int](repeating: 0, count: count))
        await withDiscardingTaskGroup { group in
            group.addTasks(for: Array(0..<count)) { number in
                if number.isMultiple(of: 3) { await Task.yield() }
                runs.withLock { $0[number] += 1 }
            }
        }
        #expect(runs.withLock { $0 } == [Int](repeating: 1, count: count))
    }

    @Test(
        "one that computes for long and never waits does not hold up the others",
        .enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "needs two cores"), .timeLimit(.minutes(1)))
    func spinning() async {
        let others = Atomic(0)
        let gaveUp = Mutex(false)
        await withDiscardingTaskGroup { group in
            group.addTasks(for: Array(0..<100)) { number in
                guard number == 0 else {
                    others.add(1, ordering: .relaxed)
                    return
                }
                let patience = ContinuousClock.now + .seconds(20)
                while others.load(ordering: .relaxed) < 99 {
                    if .now > patience { return gaveUp.withLock { $0 = true } }
                }
            }
        }
        #expect(!gaveUp.withLock { $0 })
    }

    @Test("the group's cancellation reaches those that wait", .timeLimit(.minutes(1)))
    func cancellation() async {
        let cancelled = Atomic(0)
        let begun = Atomic(0)
        await withDiscardingTaskGroup { group in
            group.addTasks(for: Array(0..<50)) { _ in
                begun.add(1, ordering: .relaxed)
                do {
                    try await letTimePass(.seconds(50), because: "only the cancellation ends it")
                } catch { cancelled.add(1, ordering: .relaxed) }
            }
            while begun.load(ordering: .relaxed) < 50 { await Task.yield() }
            group.cancelAll()
        }
        #expect(cancelled.load(ordering: .relaxed) == 50)
    }

    @Test("jobs enqueued in bulk run in the order in which they were given")
    func order() async throws {
        try await Engine.with { engine in
            let log = RunLog()
            let ids = try await engine.dispatcher.enqueueEphemeral((0..<4500).map { Task1(text: "\($0)") })
            #expect(ids.map(\.description) == ids.map(\.description).sorted() && Set(ids).count == 4500)
            try await engine.withWorker(JobRegistry(Handler(Task1.self, log: log)), queues: [Task1.queue: 1]) {
                try await eventually(within: .seconds(50), "all ran") { log.all.count == 4500 }
            }
            #expect(log.all.map(\.job) == ids)
        }
    }
}
