import Dispatch
import Foundation
import JobQueue
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import JobQueue

/// An engine whose schedulers see a PostgreSQL with a clock that the test sets: their sessions find a
/// `clock_timestamp()` before the server's own. So a test can stand on the day it is about, and no process's clock
/// agrees with the server's.
struct ClockedDatabase: Sendable {
    let engine: Engine
    private let test: TestDatabase

    static func with<Value>(_ body: (ClockedDatabase) async throws -> Value) async throws -> Value {
        try await Engine.with { engine in
            let clocked = ClockedDatabase(engine: engine, test: try TestDatabase.current)
            try await engine.database.withConnection { session in
                try session.script(
                    """
                    CREATE SCHEMA clocked;
                    CREATE TABLE clocked.clock (at timestamptz NOT NULL);
                    INSERT INTO clocked.clock VALUES (now());
                    CREATE FUNCTION clocked.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
                        AS 'SELECT at FROM clocked.clock';
                    """)
            }
            return try await body(clocked)
        }
    }

    /// Sets the clock, which stands still.
    func set(_ time: String) async throws {
        try await engine.database.execute("UPDATE clocked.clock SET at = \(time)::timestamptz")
    }

    /// A pool of a process of its own.
    func pool(named name: String = "scheduler") throws -> PostgresPool {
        try test.makePool { configuration in
            configuration.searchPath = "clocked, pg_catalog, public"
            configuration.applicationName = name
            configuration.poolSize = 2
        }
    }

    /// Runs `body` with a scheduler as a worker process has it.
    func withScheduler<Value>(
        _ schedules: [JobSchedule], named name: String = "scheduler", _ body: (JobScheduler) async throws -> Value
    ) async throws -> Value {
        let pool = try pool(named: name)
        let value = try await body(
            JobScheduler(database: pool, dispatcher: engine.dispatcher, schedules: schedules, logger: engine.logger))
        await pool.close()
        return value
    }

    /// Runs `body` while the table of slots is locked, so that schedulers stand still inside their transactions.
    func withSlotsLocked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let (locked, tell) = AsyncStream.makeStream(of: Void.self)
        async let lock: Void = engine.database.transaction { tx in
            defer { tell.finish() }
            try tx.execute("LOCK TABLE job_schedule_slots IN ACCESS EXCLUSIVE MODE")
            tell.finish()
            // On the connection's own thread; it blocks nobody else.
            done.wait()
        }
        for await _ in locked {}
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        done.signal()
        try await lock
        return try result.get()
    }

    /// Ticks more often than any change asks for: to register, to follow the clock back, to fire, and once more.
    func settle(_ scheduler: JobScheduler) async {
        for _ in 0..<4 { _ = await scheduler.tick() }
    }

    /// The slots that have fired, in order, as UTC times; each with a job of its own, or the test fails.
    func slots(of schedule: String) async throws -> [String] {
        let rows = try await engine.database.query(
            """
            SELECT to_char(fire_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS time,
                jobs.id IS NOT NULL AS has_job
              FROM job_schedule_slots LEFT JOIN jobs ON jobs.id = job_id
             WHERE schedule = \(schedule)
             ORDER BY fire_at
            """)
        return try rows.map { row in
            let hasJob: Bool = try row["has_job"]
            #expect(hasJob, "a slot without its job")
            return try row["time"]
        }
    }

    /// How many jobs there are, whoever made them.
    func jobs() async throws -> Int {
        try await engine.database.query("SELECT count(*) FROM jobs")[0][0]
    }
}

/// Seconds since 1970 of an instant such as `2026-03-29T01:00:00Z` or, with an offset, `2026-03-29T03:00:00+02:00`.
func at(_ text: String) throws -> Int {
    Int(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

extension CronTimes {
    init(_ expression: String, _ zone: String) throws {
        self.init(
            expression: try CronExpression(parsing: expression),
            clock: ZoneClock(zone: try #require(TimeZone(identifier: zone))))
    }

    /// The slots later than `start` and not later than `end`.
    func all(after start: Int, upTo end: Int) -> [Int] {
        var slots: [Int] = []
        var slot = next(after: start)
        while slot <= end {
            slots.append(slot)
            slot = next(after: slot)
        }
        return slots
    }
}

/// What each job's payload said.
final class Told: Sendable {
    private let texts = Mutex<[JobID: String]>([:])

    func note(_ job: JobID, _ text: String) { texts.withLock { $0[job] = text } }
    func text(of job: JobID) -> String? { texts.withLock { $0[job] } }
}
