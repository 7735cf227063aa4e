import Domain
import Foundation
import JobQueue
import Postgres
import Storage
import TestSupport
import Testing

@Suite(
    "Operators decide about rates from the command line", .serialized,
    .database(migrations: [try JobQueueMigrations.set(), try ShopMigrations.set()]))
struct RateCommandTests {
    private func set(_ date: String, jpy: String) throws -> RateSet {
        RateSet(
            source: "ecb", base: .eur, date: try #require(CalendarDay(date)),
            rates: [.jpy: try #require(ExchangeRate(jpy))])
    }

    @Test("an operator approves or rejects rates, on record")
    func approvesAndRejectsOnRecord() async throws {
        let program = try Program.forCurrentDatabase()
        let store = RateStore(database: try TestDatabase.current.pool)
        #expect(try await program.run("rates").output.contains("none yet"))
        #expect(try await store.swapIn(set("2026-03-01", jpy: "163")) == .swapped)
        let (wrong, right) = (try set("2026-03-02", jpy: "16.3"), try set("2026-03-03", jpy: "250"))
        #expect(try await store.swapIn(wrong) == .held([.jpy]))

        let list = try await program.run("rates")
        #expect(list.status == .code(0))
        #expect(list.output.contains(wrong.id.description) && list.output.contains("EUR/JPY 163 → 16.3"))
        let json = try await program.run("rates", "list", "--json").json()
        #expect((json["held"] as? [[String: Any]])?.count == 1)
        #expect(((json["current"] as? [String: Any])?["rates"] as? [String: String]) == ["JPY": "163"])

        #expect(try await program.run("rates", "reject", wrong.id.description).status == .code(0))
        let again = try await program.run("rates", "approve", wrong.id.description)
        #expect(again.status == .code(1) && again.output.contains("waits for a decision"))
        #expect(try await store.swapIn(right) == .held([.jpy]))
        #expect(try await program.run("rates", "approve", right.id.description).status == .code(0))
        #expect(try await store.current()?.set == right)
        #expect(try await program.run("rates", "approve", "none").status == .code(64))
        let log = try await TestDatabase.current.pool.query(
            "SELECT action FROM audit_log WHERE actor_kind = 'system' AND subject_kind = 'rate_set' ORDER BY id")
        #expect(try log.map { try $0["action"] as String } == ["rates.rejected", "rates.approved"])
    }

    @Test("newer rates are fetched by a job")
    func asksForNewerRatesThroughAJob() async throws {
        let program = try Program.forCurrentDatabase()
        #expect(try await program.run("rates", "refresh").status == .code(0))
        let jobs = try await TestDatabase.current.pool.query(
            "SELECT count(*) AS n FROM jobs WHERE name = 'rates.refresh'")
        #expect(try jobs[0]["n"] == 1)
    }
}
