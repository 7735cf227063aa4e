import Domain
import Postgres
import Storage
import Testing

@Suite("A set of rates is taken over whole, or not at all")
struct RateTests {
    private static func set(_ date: String, usd: String = "1.25", jpy: String = "187.5") throws -> RateSet {
        RateSet(
            source: "ecb", base: .eur, date: try #require(CalendarDay(date)),
            rates: [.usd: try #require(ExchangeRate(usd)), .jpy: try #require(ExchangeRate(jpy))])
    }

    @Test("newer is taken, the same is nothing new, older is refused, a jump is held until somebody approves")
    func swapping() async throws {
        try await Shop.with { shop in
            #expect(try await shop.rates.current() == nil)
            let first = try Self.set("2026-11-19")
            #expect(try await shop.rates.swapIn(first, etag: "a") == .swapped)
            #expect(try await shop.rates.current()?.set == first)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-19"), etag: "b") == .unchanged)
            #expect(try await shop.rates.current()?.etag == "b")
            #expect(try await shop.rates.swapIn(Self.set("2026-11-18"), etag: "c") == .refusedOlder(current: first.date))
            let jump = try Self.set("2026-11-20", jpy: "250")
            #expect(try await shop.rates.swapIn(jump, etag: "d") == .held([.jpy]))
            #expect(try await shop.rates.current()?.set == first)
            let again = try Self.set("2026-11-20", jpy: "250")
            #expect(try await shop.rates.swapIn(again, etag: "d") == .held([.jpy]))
            #expect(try await shop.rates.approve(jump.id) == false)
            #expect(try await shop.rates.approve(again.id))
            #expect(try await shop.rates.current()?.set == again)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-21", jpy: "251"), etag: nil) == .swapped)
            #expect(try await shop.count("SELECT count(*) FROM rate_sets WHERE status = 'current'") == 1)
            try await shop.rates.confirmCurrent()
        }
    }

    @Test("twelve sets at once leave one in use, the latest")
    func atOnce() async throws {
        try await Shop.with(poolSize: 10) { shop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for day in 10..<22 {
                    group.addTask { _ = try await shop.rates.swapIn(Self.set("2026-11-\(day)"), etag: nil) }
                }
                try await group.waitForAll()
            }
            #expect(try await shop.rates.current()?.set.date == CalendarDay("2026-11-21"))
            #expect(try await shop.count("SELECT count(*) FROM rate_sets WHERE status = 'current'") == 1)
        }
    }
}
