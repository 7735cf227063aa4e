import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("A broken connection is reported for what it is and replaced", .database())
struct LostConnectionTests {
    private let database: TestDatabase

    init() throws { database = try TestDatabase.current }

    /// Ends server processes from outside and waits until they are gone.
    private func terminate(_ processes: [Int]) async throws {
        try await database.pool.execute("SELECT pg_terminate_backend(pid) FROM unnest(\(processes)::int[]) AS pid")
        try await eventually(within: .seconds(10), "they are gone") {
            let left: Int = try await database.pool.query(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (\(processes)::int[])")[0][0]
            return left == 0
        }
    }

    private static let ownProcess: SQL = "SELECT pg_backend_pid()"

    @Test("ended while idle: replaced in silence, every time")
    func idle() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        for _ in 0..<5 {
            let process: Int = try await pool.query(Self.ownProcess)[0][0]
            try await terminate([process])
            let next: Int = try await pool.transaction { tx in try tx.query(Self.ownProcess)[0][0] }
            #expect(next != process)
        }
        #expect(pool.statistics.totals.lost == 5)
        await pool.close()
    }

    @Test("ended in the middle of a transaction: the error says so, nothing stays, the pool goes on")
    func middle() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        try await pool.execute("CREATE TABLE middle_test (a int)")
        let runs = Tally()
        let error = try await postgresError {
            try await pool.transaction { tx in
                runs.increment()
                try tx.execute("INSERT INTO middle_test VALUES (1)")
                try tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                try tx.execute("INSERT INTO middle_test VALUES (2)")
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .adminShutdown)
        #expect(error?.outcomeUnknown == false)
        #expect(error?.isTransient == true)
        #expect(runs.value == 1)
        let count: Int = try await pool.query("SELECT count(*) FROM middle_test")[0][0]
        #expect(count == 0)
        await pool.close()
    }

    @Test("ended while a statement runs, from outside")
    func running() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        let process: Int = try await pool.query(Self.ownProcess)[0][0]
        async let outcome = postgresError {
            try await pool.transaction { tx in _ = try tx.query("SELECT pg_sleep(30)") }
        }
        try await eventually(within: .seconds(10), "the statement runs") {
            let busy: Int = try await database.pool.query(
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE pid = \(process) AND state = 'active' AND query LIKE '%pg_sleep%'
                """
            )[0][0]
            return busy == 1
        }
        try await terminate([process])
        let error = try await outcome
        #expect(error?.code == .connectionLost)
        #expect(error?.outcomeUnknown == false)
        await pool.close()
    }

    @Test("ended at COMMIT: the outcome is unknown and said to be")
    func commit() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        // A constraint trigger runs inside COMMIT, and this one cuts its own connection.
        try await pool.withConnection { session in
            try session.script(
                """
                CREATE TABLE commit_test (a int);
                CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                    PERFORM pg_sleep(10);
                    RETURN NULL;
                END $$;
                CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON commit_test DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION cut();
                """)
        }
        let runs = Tally()
        let inTransaction = try await postgresError {
            try await pool.transaction { tx in
                runs.increment()
                try tx.execute("INSERT INTO commit_test VALUES (1)")
            }
        }
        #expect(inTransaction?.code == .connectionLost)
        #expect(inTransaction?.outcomeUnknown == true)
        #expect(runs.value == 1)
        // An autocommitted statement commits with its round trip, so losing that is losing the commit.
        let alone = try await postgresError { try await pool.execute("INSERT INTO commit_test VALUES (1)") }
        #expect(alone?.code == .connectionLost)
        #expect(alone?.outcomeUnknown == true)
        let count: Int = try await pool.query("SELECT count(*) FROM commit_test")[0][0]
        #expect(count == 0)
        await pool.close()
    }

    /// Callers that go on and on, and what became of their calls.
    private final class Storm: Sendable {
        private let state = Mutex((good: 0, unexpected: [String](), isStopped: false))

        var unexpected: [String] { state.withLock { $0.unexpected } }

        func stop() { state.withLock { $0.isStopped = true } }

        func callUntilStopped(_ pool: PostgresPool) async {
            while !state.withLock({ $0.isStopped }) {
                do {
                    _ = try await pool.transaction { tx in try tx.query("SELECT pg_sleep(0.001)").count }
                    state.withLock { $0.good += 1 }
                } catch let error as PostgresError where error.code == .connectionLost {
                    continue
                } catch {
                    state.withLock { $0.unexpected.append("\(error)") }
                }
            }
        }

        func waitForProgress() async throws {
            let before = state.withLock { $0.good }
            try await eventually(within: .seconds(10), "calls succeed") { state.withLock { $0.good } > before + 50 }
        }
    }

    @Test("every connection ended at once under load: some calls fail as lost, then all is well")
    func storm() async throws {
        let pool = try database.makePool {
            $0.poolSize = 6
            $0.applicationName = "storm"
        }
        let storm = Storm()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<24 { group.addTask { await storm.callUntilStopped(pool) } }
            for _ in 0..<5 {
                try await storm.waitForProgress()
                try await database.pool.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'storm'
                    """)
            }
            try await storm.waitForProgress()
            storm.stop()
            try await group.waitForAll()
        }
        #expect(storm.unexpected == [])
        #expect(pool.statistics.totals.lost > 0)
        // Nothing leaked: once all has settled, every connection is free.
        try await eventually(within: .seconds(10), "every connection is free") {
            pool.statistics.idle == pool.statistics.size
        }
        await pool.close()
        #expect(pool.statistics.size == 0)
    }

    @Test("a server that is not there is waited for, as long as a caller waits; the error holds no password")
    func absent() async throws {
        var configuration = try PostgresConfiguration(url: "postgres://someone:hunter2@127.0.0.1:1/nowhere")
        configuration.acquireTimeout = .milliseconds(300)
        let pool = PostgresPool(configuration, logger: database.logger)
        let start = ContinuousClock.now
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error?.code == .connectFailed)
        #expect(error?.isTransient == true)
        #expect(ContinuousClock.now - start >= .milliseconds(290))
        #expect(pool.statistics.totals.connectFailed > 1)
        #expect("\(String(reflecting: error)) \(configuration)".contains("hunter2") == false)
        await pool.close()
    }

    @Test("no such database is told at once")
    func refused() async throws {
        let pool = try database.makePool {
            $0.database = "there_is_no_such_database"
            $0.acquireTimeout = .seconds(20)
        }
        let start = ContinuousClock.now
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error?.code == .connectFailed)
        #expect(error?.sqlState == .invalidCatalogName)
        #expect(error?.isTransient == false)
        #expect(ContinuousClock.now - start < .seconds(15))
        await pool.close()
    }
}
