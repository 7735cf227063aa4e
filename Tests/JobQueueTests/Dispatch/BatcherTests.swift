import Synchronization
import Testing
import Threading

@Suite("Requests that wait together go together")
struct BatcherTests {
    private struct Bad: Error {}

    @Test("each caller gets its own answer")
    func everyoneGetsTheirOwnAnswer() async throws {
        let sizes = Mutex<[Int]>([])
        let batcher = Batcher<Int, Int>(maximumBatch: 10) { requests in
            sizes.withLock { $0.append(requests.count) }
            await Task.yield()
            return requests.map { $0 * 2 }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let answer = try await batcher.submit(number)
                    #expect(answer == number * 2)
                }
            }
            try await group.waitForAll()
        }
        let made = sizes.withLock { $0 }
        #expect(made.reduce(0, +) == 500)
        #expect(made.allSatisfy { (1...10).contains($0) })
    }

    @Test("a bad request fails alone")
    func aBadRequestFailsAlone() async {
        let batcher = Batcher<Int, Int>(maximumBatch: 64) { requests in
            await Task.yield()
            if requests.contains(13) { throw Bad() }
            return requests
        }
        await withTaskGroup(of: (Int, Bool).self) { group in
            for number in 0..<100 {
                group.addTask { (number, (try? await batcher.submit(number)) == number) }
            }
            for await (number, succeeded) in group { #expect(succeeded == (number != 13)) }
        }
    }

    @Test("an idle batcher performs at once and alone")
    func anIdleBatcherPerformsAtOnceAndAlone() async throws {
        let batcher = Batcher<Int, Int>(maximumBatch: 64) { requests in requests.map { _ in requests.count } }
        for _ in 0..<10 {
            let answer = try await batcher.submit(1)
            #expect(answer == 1)
        }
    }
}
