import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("A standby that is promoted takes the primary's place", .database(), .timeLimit(.minutes(3)))
struct StandbyTests {
    private struct Writes {
        var next = 0
        /// What the servers said is written.
        var acknowledged: Set<Int> = []
        var failures: [PostgresError] = []
        var isOver = false
    }

    /// What the writing tasks share with the test.
    private final class Journal: Sendable {
        private let writes = Mutex(Writes())

        var now: Writes { writes.withLock { $0 } }

        func change<Value: Sendable>(_ body: @Sendable (inout Writes) -> Value) -> Value {
            writes.withLock { body(&$0) }
        }
    }

    @Test("the pool writes to the new primary, and what was committed before is there")
    func promotion() async throws {
        let primary = try await PostgresServer.start()
        let standby = try await primary.standby()
        // The standby stands first: where it is in the list does not matter, only what it lets clients do.
        var configuration = try PostgresConfiguration(
            url: "postgres://cartwright@127.0.0.1:\(standby.port),127.0.0.1:\(primary.port)/postgres"
                + "?target_session_attrs=read-write")
        configuration.poolSize = 4
        configuration.connectTimeout = .seconds(3)
        configuration.acquireTimeout = .seconds(10)
        let pool = PostgresPool(configuration, logger: try TestDatabase.current.logger)
        let writes = Journal()
        do {
            try await prepare(pool)
            #expect(try await pool.query("SELECT inet_server_port()")[0][0] as Int == primary.port)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 1...4 { tasks.addTask { await Self.write(to: pool, writes) } }
                try await eventually("writes go on") { writes.now.acknowledged.count > 100 }
                try await primary.stop()
                try await standby.promote()
                let before = writes.now.acknowledged.count
                try await eventually(within: .seconds(40), "writes go on at the new primary") {
                    writes.now.acknowledged.count > before + 100
                }
                writes.change { $0.isOver = true }
                try await tasks.waitForAll()
            }
            let rows = try await pool.query("SELECT id, inet_server_port() FROM written")
            let written = Set(try rows.map { try $0["id"] as Int })
            let end = writes.now
            #expect(end.acknowledged.subtracting(written) == [], "what was acknowledged is lost")
            #expect(!end.failures.isEmpty, "the fail-over was not noticed")
            for failure in end.failures { #expect(failure.isTransient || failure.outcomeUnknown, "\(failure)") }
            #expect(try await pool.query("SELECT inet_server_port()")[0][0] as Int == standby.port)
        } catch {
            writes.change { $0.isOver = true }
            await pool.close()
            throw error
        }
        await pool.close()
    }

    /// A commit waits for the standby from here on, so that nothing that was acknowledged can be lost.
    private func prepare(_ pool: PostgresPool) async throws {
        _ = try await pool.query("CREATE TABLE written (id bigint PRIMARY KEY)")
        try await pool.withConnection { try $0.script("ALTER SYSTEM SET synchronous_standby_names = '*'") }
        _ = try await pool.query("SELECT pg_reload_conf()")
        try await eventually(within: .seconds(20), "the standby follows") {
            try await pool.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").count == 1
        }
    }

    private static func write(to pool: PostgresPool, _ writes: Journal) async {
        while !writes.now.isOver {
            let id = writes.change { writes -> Int in
                writes.next += 1
                return writes.next
            }
            do {
                _ = try await pool.query("INSERT INTO written VALUES (\(id))")
                writes.change { _ = $0.acknowledged.insert(id) }
            } catch let error as PostgresError {
                writes.change { $0.failures.append(error) }
            } catch {
                return
            }
        }
    }
}
