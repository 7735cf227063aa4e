import Domain
import Foundation
import Testing

@testable import CLI
@testable import Storage

@Suite("What the doctor says of exchange rates")
struct RateCheckupTests {
    private func record(_ jpy: String, _ status: RateSetRecord.Status) throws -> RateSetRecord {
        RateSetRecord(
            set: RateSet(
                source: "ecb", base: .eur, date: try #require(CalendarDay("2026-11-20")),
                rates: [.jpy: try #require(ExchangeRate(jpy))]),
            status: status, validators: .unknown, fetchedAt: Date(), checkedAt: Date())
    }

    @Test(arguments: [(0, Finding.Verdict.ok), (4, .ok), (5, .warning), (10, .warning), (11, .failed)])
    func judgesTheirAge(_ days: Int, _ verdict: Finding.Verdict) throws {
        let status = RateStatus(current: try record("163", .current), ageDays: days, held: [])
        let findings = RateCheckup.judge(status, ShopSettings())
        #expect(findings.map(\.verdict) == [verdict])
        #expect(findings[0].detail.hasPrefix("of 2026-11-20, ecb, \(days) days old"))
    }

    @Test func warnsWhenThereAreNone() {
        let findings = RateCheckup.judge(RateStatus(current: nil, ageDays: nil, held: []), ShopSettings())
        #expect(findings.map(\.verdict) == [.warning])
    }

    @Test func namesTheSetThatWaitsAndWhy() throws {
        let held = try record("250", .held)
        let findings = RateCheckup.judge(
            RateStatus(current: try record("163", .current), ageDays: 0, held: [held]), ShopSettings())
        #expect(findings.map(\.verdict) == [.ok, .warning])
        #expect(findings[1].detail == "1 set moved too far; the latest, of 2026-11-20: EUR/JPY 163 → 250")
        #expect(findings[1].advice?.contains("cartwright rates approve \(held.set.id)") == true)
    }
}
