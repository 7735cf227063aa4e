import Testing

@testable import Postgres

@Suite("A statement counts as prepared once the server said so, and their number is bounded")
struct StatementCacheTests {
    @Test("prepared once, then reused; twice in one pipeline is prepared once")
    func reuse() {
        var cache = StatementCache(limit: 4)
        cache.beginTrip()
        let first = cache.plan("a")
        #expect(first.mustPrepare)
        #expect(cache.plan("a") == .init(name: first.name, mustPrepare: false))
        cache.settle(prepared: [first.name])
        #expect(cache.plan("a") == .init(name: first.name, mustPrepare: false))
    }

    @Test("what the server did not prepare is prepared again, under another name")
    func failedPreparation() {
        var cache = StatementCache(limit: 4)
        let first = cache.plan("a")
        cache.settle(prepared: [])
        let second = cache.plan("a")
        #expect(second.mustPrepare)
        #expect(second.name != first.name)
    }

    @Test("beyond the limit the one unused for longest is dropped, never one of the same round trip")
    func eviction() {
        var cache = StatementCache(limit: 2)
        var names: [String: String] = [:]
        for text in ["a", "b"] {
            cache.beginTrip()
            names[text] = cache.plan(text).name
            cache.settle(prepared: Set(names.values))
        }
        cache.beginTrip()
        _ = cache.plan("a")
        _ = cache.plan("c")
        #expect(cache.doomed == [names["b"]])
        _ = cache.plan("d")
        #expect(cache.doomed == [names["b"]])
        cache.deallocated(cache.doomed)
        #expect(cache.doomed.isEmpty)
    }
}
