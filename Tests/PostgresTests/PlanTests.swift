import TestSupport
import Testing

@testable import Postgres

@Suite("Statements are planned once, and not for ever")
struct PlanTests {
    @Test("plans live for a second, then twice as long each time, half a minute at most")
    func freshness() {
        let start = ContinuousClock.now
        var freshness = PlanFreshness(at: start)
        var lives: [Duration] = []
        var last = start
        for second in 1...130 where freshness.isOver(at: start + .seconds(second)) {
            lives.append(start + .seconds(second) - last)
            last = start + .seconds(second)
        }
        #expect(lives == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test("a statement with parameters is planned without their values")
    func modes() async throws {
        try await TestDatabase.with(migrations: [], poolSize: 1) { database in
            for number in 1...3 { _ = try await database.pool.query("SELECT \(number)::integer + 41 AS n") }
            let rows = try await database.pool.query(
                "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%+ 41%' AND statement NOT LIKE '%pg_prepared%'"
            )
            #expect(try rows[0]["generic_plans"] as Int == 3 && rows[0]["custom_plans"] as Int == 0)
        }
    }
}
