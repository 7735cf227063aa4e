import Domain
import Foundation
import JobQueue
import JobQueueTesting
import Observability
import Postgres
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Rates are refreshed whole, and their age is watched", .timeLimit(.minutes(1)))
struct RefreshRatesTests {
    /// A source that gives what it is told to, and notes what it was asked with.
    private final class Source: RateSource {
        let name = "ecb"
        private let state: Mutex<(answer: Result<RateFetch, RateFailure>, asked: [RateValidators])>

        init() { state = Mutex((answer: .success(.unchanged), asked: [])) }

        func answer(_ answer: RateFetch) { state.withLock { $0.answer = .success(answer) } }

        var asked: [RateValidators] { state.withLock { $0.asked } }

        func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
            let answer = state.withLock { state in
                state.asked.append(held)
                return state.answer
            }
            return try answer.get()
        }
    }

    private static func day(_ offset: Int) -> CalendarDay {
        CalendarDay(secondsSince1970: Int64(Date().timeIntervalSince1970) + Int64(offset) * 86_400)
    }

    private static func set(_ offset: Int, source: String = "ecb", jpy: String = "163") throws -> RateSet {
        RateSet(
            source: source, base: .eur, date: day(offset),
            rates: [.usd: try #require(ExchangeRate("1.1")), .jpy: try #require(ExchangeRate(jpy))])
    }

    /// Runs one refresh to its end and tells how the job stands.
    private func refresh(_ source: Source, in shop: Shop) async throws -> String {
        let store = RateStore(database: shop.database.pool)
        var registry = JobRegistry()
        registry.register(RefreshRatesHandler(source: source, store: store))
        let job = try JobLedger.insertion(of: RefreshRates())
        try await shop.database.pool.execute(job.statement)
        try await LedgerDrain(registry, database: shop.database.pool, logger: shop.logger).run()
        return try #require(try await shop.database.pool.query("SELECT state FROM jobs WHERE id = \(job.id)").first)[
            "state"]
    }

    @Test("the source is asked with what it gave for the set in use, and with nothing after a change of source")
    func asking() async throws {
        try await Shop.with { shop in
            let store = RateStore(database: shop.database.pool)
            let source = Source()
            let given = RateValidators(etag: "\"1\"", lastModified: "Fri, 20 Nov 2026 15:00:00 GMT")
            source.answer(.set(try Self.set(-1), given))
            #expect(try await refresh(source, in: shop) == "done")
            source.answer(.unchanged)
            #expect(try await refresh(source, in: shop) == "done")
            #expect(source.asked == [.unknown, given])
            #expect(try await store.current()?.validators == given)
            #expect(try await store.swapIn(Self.set(0, source: "openexchangerates"), given) == .swapped)
            #expect(try await refresh(source, in: shop) == "done")
            #expect(source.asked == [.unknown, given, .unknown])
        }
    }

    @Test("a set dated in the future would keep all others out, so it is refused; tomorrow is somewhere today")
    func future() async throws {
        try await Shop.with { shop in
            let store = RateStore(database: shop.database.pool)
            let source = Source()
            source.answer(.set(try Self.set(2), .unknown))
            #expect(try await refresh(source, in: shop) != "done")
            #expect(try await store.current() == nil)
            source.answer(.set(try Self.set(1), .unknown))
            #expect(try await refresh(source, in: shop) == "done")
            #expect(try await store.current()?.set.date == Self.day(1))
        }
    }

    @Test("a jump is held, and held once however often the source repeats it")
    func jumps() async throws {
        try await Shop.with { shop in
            let store = RateStore(database: shop.database.pool)
            let source = Source()
            source.answer(.set(try Self.set(-1), .unknown))
            #expect(try await refresh(source, in: shop) == "done")
            var first: RateSet.ID?
            for _ in 0..<3 {
                let jump = try Self.set(0, jpy: "16.3")
                first = first ?? jump.id
                source.answer(.set(jump, .unknown))
                #expect(try await refresh(source, in: shop) == "done")
            }
            #expect(try await store.held().map(\.set.id) == [first])
            #expect(try await store.current()?.set.date == Self.day(-1))
        }
    }

    @Test("every worker shows the age of the rates, and none where there are none")
    func gauge() async throws {
        try await Shop.with { shop in
            let store = RateStore(database: shop.database.pool)
            let registry = PrometheusRegistry()
            let gauge = RateAgeGauge(store: store, interval: .seconds(60), logger: shop.logger, metrics: registry)
            try await gauge.measure()
            #expect(await !registry.exposition().contains("rates_age_days"))
            #expect(try await store.swapIn(Self.set(-3)) == .swapped)
            try await gauge.measure()
            #expect(await registry.exposition().contains("\nrates_age_days 3\n"))
        }
    }

    @Test("the watch is loud about old rates, and about none", arguments: [nil, 4, 5, 10, 11] as [Int?])
    func watch(days: Int?) async throws {
        try await Shop.with { shop in
            let store = RateStore(database: shop.database.pool)
            if let days { #expect(try await store.swapIn(Self.set(-days)) == .swapped) }
            let log = ErrorLog()
            var registry = JobRegistry()
            registry.register(WatchRatesHandler(store: store, settings: ShopSettings()))
            let queue = InlineQueue(registry, logger: log.logger)
            try await queue.enqueue(WatchRates())
            #expect(await queue.drain() == 1)
            let expected =
                switch days {
                case nil: ["there are no exchange rates yet; other currencies cannot be paid in"]
                case 5, 10: ["the exchange rates are old"]
                case 11: ["the exchange rates are too old; other currencies cannot be paid in"]
                default: [] as [String]
                }
            #expect(log.messages == expected)
        }
    }
}
