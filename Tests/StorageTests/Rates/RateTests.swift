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

    private static let approval = AuditEntry(
        actor: .system("test"), action: "rates.approved", subjectKind: "rate_set", subjectID: "any")
    private static let rejection = AuditEntry(
        actor: .system("test"), action: "rates.rejected", subjectKind: "rate_set", subjectID: "any")

    @Test("newer is taken, the same is nothing new, older is refused, a jump is held until somebody approves")
    func swapping() async throws {
        try await Shop.with { shop in
            #expect(try await shop.rates.current() == nil)
            let first = try Self.set("2026-11-19")
            #expect(try await shop.rates.swapIn(first, RateValidators(etag: "a")) == .swapped)
            #expect(try await shop.rates.current()?.set == first)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-19"), RateValidators(etag: "b")) == .unchanged)
            #expect(try await shop.rates.current()?.validators.etag == "b")
            #expect(
                try await shop.rates.swapIn(Self.set("2026-11-18"), RateValidators(etag: "c"))
                    == .refusedOlder(current: first.date))
            let jump = try Self.set("2026-11-20", jpy: "250")
            #expect(try await shop.rates.swapIn(jump, RateValidators(etag: "d")) == .held([.jpy]))
            #expect(try await shop.rates.current()?.set == first)
            #expect(
                try await shop.rates.swapIn(Self.set("2026-11-20", jpy: "250"), RateValidators(etag: "d"))
                    == .held([.jpy]))
            #expect(try await shop.rates.held().map(\.set) == [jump])
            #expect(try await shop.rates.approve(RateSet.ID(), noting: Self.approval) == .notHeld)
            #expect(try await shop.rates.approve(jump.id, noting: Self.approval) == .approved)
            #expect(try await shop.rates.approve(jump.id, noting: Self.approval) == .notHeld)
            #expect(try await shop.rates.current()?.set == jump)
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'rates.approved'") == 1)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-21", jpy: "251")) == .swapped)
            #expect(try await shop.count("SELECT count(*) FROM rate_sets WHERE status = 'current'") == 1)
            try await shop.rates.confirmCurrent()
        }
    }

    @Test("what an operator turned down is not held again, unless the source corrects it")
    func rejecting() async throws {
        try await Shop.with { shop in
            #expect(try await shop.rates.swapIn(Self.set("2026-11-19")) == .swapped)
            let jump = try Self.set("2026-11-20", jpy: "250")
            #expect(try await shop.rates.swapIn(jump) == .held([.jpy]))
            #expect(try await shop.rates.reject(jump.id, noting: Self.rejection))
            #expect(try await shop.rates.reject(jump.id, noting: Self.rejection) == false)
            #expect(try await shop.rates.approve(jump.id, noting: Self.approval) == .notHeld)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-20", jpy: "250")) == .rejectedBefore)
            #expect(try await shop.rates.held().isEmpty)
            let corrected = try Self.set("2026-11-20", jpy: "240")
            #expect(try await shop.rates.swapIn(corrected) == .held([.jpy]))
            #expect(try await shop.rates.held().map(\.set) == [corrected])
            #expect(try await shop.count("SELECT count(*) FROM audit_log WHERE action = 'rates.rejected'") == 1)
        }
    }

    @Test("a held set never takes the rates back, and goes when a newer set comes")
    func outdated() async throws {
        try await Shop.with { shop in
            #expect(try await shop.rates.swapIn(Self.set("2026-11-18")) == .swapped)
            let old = try Self.set("2026-11-19", jpy: "250")
            let newer = try Self.set("2026-11-21", jpy: "260")
            #expect(try await shop.rates.swapIn(old) == .held([.jpy]))
            #expect(try await shop.rates.swapIn(newer) == .held([.jpy]))
            #expect(try await shop.rates.held().map(\.set) == [newer, old])
            #expect(try await shop.rates.swapIn(Self.set("2026-11-20")) == .swapped)
            #expect(try await shop.rates.held().map(\.set) == [newer])
            try await shop.database.execute("UPDATE rate_sets SET status = 'held' WHERE id = \(old.id)")
            let current = try #require(CalendarDay("2026-11-20"))
            #expect(try await shop.rates.approve(old.id, noting: Self.approval) == .outdated(current: current))
            #expect(try await shop.rates.approve(newer.id, noting: Self.approval) == .approved)
            #expect(try await shop.rates.held().isEmpty)
        }
    }

    @Test("the age of the rates is counted in days of the database's clock")
    func age() async throws {
        try await Shop.with { shop in
            #expect(try await shop.rates.ageDays() == nil)
            #expect(try await shop.rates.swapIn(Self.set("2026-11-18")) == .swapped)
            for days in [0, 4, 5, 10, 11] {
                try await shop.database.execute(
                    "UPDATE rate_sets SET date = (now() AT TIME ZONE 'UTC')::date - \(days)::integer")
                let status = try await shop.rates.status()
                #expect(try await shop.rates.ageDays() == days && status.ageDays == days)
                #expect(status.freshness(ShopSettings()) == (days > 10 ? .expired : days > 4 ? .old : .fresh))
            }
        }
    }

    @Test("twelve sets at once leave one in use, the latest")
    func atOnce() async throws {
        try await Shop.with(poolSize: 10) { shop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for day in 10..<22 {
                    group.addTask { _ = try await shop.rates.swapIn(Self.set("2026-11-\(day)")) }
                }
                try await group.waitForAll()
            }
            #expect(try await shop.rates.current()?.set.date == CalendarDay("2026-11-21"))
            #expect(try await shop.count("SELECT count(*) FROM rate_sets WHERE status = 'current'") == 1)
        }
    }
}
