import Postgres
import TestSupport
import Testing

@Suite("A shop is set up by commands that may be repeated", .database(), .serialized)
struct SetUpTests {
    @Test("migrating and seeding twice is the same as once")
    func migratesAndSeedsOnce() async throws {
        var program = try Program.forCurrentDatabase()
        program.environment["ADMIN_EMAIL"] = "root@example.com"
        program.environment["ADMIN_PASSWORD"] = "correct horse battery"

        let missing = try await program.run("migrate", "--check")
        #expect(missing.status == .code(1))
        #expect(missing.output.contains("missing shop/0001_"))

        let untouched = try await program.run("jobs")
        #expect(untouched.status == .code(1))
        #expect(untouched.output.contains("cartwright migrate"))

        let migrated = try await program.run("migrate")
        #expect(migrated.status == .code(0))
        #expect(migrated.output.contains("applied job_queue/0001_jobs"))
        #expect(try await program.run("migrate").output.contains("nothing to do"))
        #expect(try await program.run("migrate", "--check").status == .code(0))

        let seeded = try await program.run("seed")
        #expect(seeded.status == .code(0))
        #expect(seeded.output.contains("1200 products added."))
        #expect(!seeded.output.contains("root@example.com"))
        #expect(try await count("products") == 1200)
        #expect(try await count("users WHERE role = 'admin' AND password_hash LIKE '$2b$12$%'") == 1)

        let start = ContinuousClock.now
        let again = try await program.run("seed")
        #expect(again.status == .code(0))
        #expect(again.output == "The shop is filled already; nothing to do.\n")
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(try await count("products") == 1200)
        #expect(try await count("users") == 1)

        let more = try await program.run("seed", "--products", "1250")
        #expect(more.output.contains("50 products added."))

        let healthy = try await program.run("doctor", "--json")
        #expect(healthy.status == .code(0), "\(healthy.output)")
        #expect(try healthy.json()["ok"] as? Bool == true)
    }

    @Test("the doctor finds what is broken")
    func doctorFindsWhatIsBroken() async throws {
        let program = try Program.forCurrentDatabase()
        _ = try await program.run("migrate")
        _ = try await program.run("seed", "--products", "10")
        let pool = try TestDatabase.current.pool
        try await pool.execute("UPDATE stock SET initial = initial + 1 WHERE sku = (SELECT min(sku) FROM stock)")

        let sick = try await program.run("doctor")
        #expect(sick.status == .code(1))
        #expect(sick.output.contains("FAIL     rule.stock_adds_up"))

        try await pool.execute("UPDATE stock SET initial = initial - 1 WHERE sku = (SELECT min(sku) FROM stock)")
        #expect(try await program.run("doctor").status == .code(0))
    }

    private func count(_ rows: String) async throws -> Int {
        try await TestDatabase.current.pool.query("SELECT count(*) FROM \(raw: rows)")[0][0]
    }
}
