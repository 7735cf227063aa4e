import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("Rates look like the real ones and are the same for everybody")
struct RatesTests {
    @Test(arguments: [
        (1_763_733_600.0, "2025-11-20"),  // Friday 14:00 UTC: not published yet
        (1_763_737_200.0, "2025-11-21"), (1_763_823_600.0, "2025-11-21"), (1_763_996_399.0, "2025-11-21"), (1_763_996_400.0, "2025-11-24"),
        (951_836_400.0, "2000-02-29"), (0.0, "1969-12-31"),
    ])
    func lastWorkingDay(_ seconds: Double, _ expected: String) {
        #expect(CivilDate.lastPublished(at: Date(timeIntervalSince1970: seconds)).description == expected)
    }

    @Test func staysNearItsAnchorAndMovesFromDayToDay() throws {
        let base = try #require(RateTable(date: CivilDate(days: 20_000)).rates(base: "EUR"))
        #expect(base.count == 30)
        var changed = 0
        for day in 20_001..<20_100 {
            let rates = try #require(RateTable(date: CivilDate(days: day)).rates(base: "EUR"))
            for (old, new) in zip(base, rates) {
                #expect(old.code == new.code && new.rate > 0 && abs(new.rate / old.rate - 1) < Decimal(string: "0.025") ?? 0)
                if old.rate != new.rate { changed += 1 }
            }
        }
        #expect(changed > 2_000)
    }

    @Test func crossRatesAgree() throws {
        let table = RateTable(date: CivilDate(days: 20_000))
        let dollars = try #require(table.rates(base: "USD"))
        let euro = try #require(dollars.first { $0.code == "EUR" }).rate
        #expect(abs(euro * (table.perEuro["USD"] ?? 0) - 1) < Decimal(string: "0.0001") ?? 0)
        #expect(!dollars.contains { $0.code == "USD" })
        #expect(table.rates(base: "XXX") == nil)
    }

    @Test func conditionalRequestsAndShapes() async throws {
        try await RunningSandbox.run { sandbox in
            for path in ["/rates/v1/latest?base=EUR", "/rates/ecb/eurofxref-daily.xml"] {
                let first = try await sandbox.get(path)
                let tag = try #require(first.headers["etag"])
                #expect(first.status == 200 && first.isWhole)
                let second = try await sandbox.get(path, headers: ["If-None-Match": tag])
                #expect(second.status == 304 && second.body.isEmpty && second.headers["etag"] == tag)
                #expect(try await sandbox.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
            }
            let latest = try await sandbox.get("/rates/v1/latest?base=gbp&symbols=USD,EUR")
            #expect(latest.text("base") == "GBP" && Set((latest.object["rates"] as? [String: Any] ?? [:]).keys) == ["USD", "EUR"])
            #expect(try await sandbox.get("/rates/v1/latest?base=XXX").status == 404)
            let file = try await sandbox.get("/rates/ecb/eurofxref-daily.xml").body
            #expect(file.contains("<Cube currency='USD' rate='1.1") && !file.contains("currency='EUR'"))
        }
    }
}
