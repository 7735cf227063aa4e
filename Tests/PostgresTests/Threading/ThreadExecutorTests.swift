import Testing
import Threading

@Suite("An actor with a thread of its own stays on it, in order")
struct ThreadExecutorTests {
    actor Counter {
        private let executor = ThreadExecutor(name: "counter-test")
        private var values: [Int] = []

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        deinit { executor.stop() }

        func add(_ value: Int) -> Bool {
            values.append(value)
            return executor.isIsolatingCurrentContext() == true
        }

        func all() -> [Int] { values }

        nonisolated func stop() { executor.stop() }

        nonisolated func isOnThread() -> Bool { executor.isIsolatingCurrentContext() == true }

        nonisolated func post(_ value: Int) {
            executor.run { self.assumeIsolated { $0.values.append(value) } }
        }
    }

    @Test("calls run on the thread, and only there")
    func isolation() async {
        let counter = Counter()
        #expect(await counter.add(1))
        #expect(!counter.isOnThread())
    }

    @Test("closures run in the order they were posted, before what came later")
    func order() async {
        let counter = Counter()
        for value in 0..<10_000 { counter.post(value) }
        #expect(await counter.all() == Array(0..<10_000))
    }

    @Test("nothing is lost or run twice when many tasks call at once")
    func contention() async {
        let counter = Counter()
        await withTaskGroup(of: Bool.self) { group in
            for value in 0..<2_000 { group.addTask { await counter.add(value) } }
            for await onThread in group { #expect(onThread) }
        }
        #expect(await counter.all().sorted() == Array(0..<2_000))
    }

    @Test("a call after the stop still gets its answer")
    func lateCalls() async {
        let counter = Counter()
        #expect(await counter.add(1))
        counter.stop()
        for value in 2...50 { #expect(await counter.add(value)) }
        #expect(await counter.all() == Array(1...50))
    }
}
