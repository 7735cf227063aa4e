import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Callers wait in line, for a bounded time, and may give up", .database(poolSize: 8))
struct WaitingTests {
    private let database: TestDatabase

    init() throws { database = try TestDatabase.current }

    /// A connection that is held until this is opened.
    private final class Gate: Sendable {
        private let condition = NSCondition()
        private let isOpen = Mutex(false)

        func open() {
            condition.lock()
            isOpen.withLock { $0 = true }
            condition.broadcast()
            condition.unlock()
        }

        func wait() {
            condition.lock()
            let deadline = Date(timeIntervalSinceNow: 20)
            while !isOpen.withLock({ $0 }), condition.wait(until: deadline) {}
            condition.unlock()
        }
    }

    /// A pool whose only connection waits at the gate. The task is done when the gate has been opened.
    private func occupied(_ gate: Gate, acquireTimeout: Duration = .seconds(20)) async throws -> (
        PostgresPool, Task<Void, any Error>
    ) {
        let pool = try database.makePool {
            $0.poolSize = 1
            $0.acquireTimeout = acquireTimeout
        }
        _ = try await pool.query("SELECT 1")
        let holder = Task {
            try await pool.transaction { tx in
                _ = try tx.query("SELECT 1")
                gate.wait()
            }
        }
        try await eventually(within: .seconds(10), "the connection is held") {
            pool.statistics.inUse == 1 && pool.statistics.totals.submitted == 2
        }
        return (pool, holder)
    }

    @Test("who waits too long is told so, and the connection is still good for others")
    func timeout() async throws {
        let gate = Gate()
        let (pool, holder) = try await occupied(gate, acquireTimeout: .seconds(1))
        let start = ContinuousClock.now
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error?.code == .acquireTimeout)
        #expect(ContinuousClock.now - start >= .milliseconds(990))
        gate.open()
        try await holder.value
        #expect(try await pool.query("SELECT 1").count == 1)
        #expect(pool.statistics.totals.timedOut == 1)
        await pool.close()
    }

    @Test("first come, first served")
    func order() async throws {
        let gate = Gate()
        let (pool, holder) = try await occupied(gate)
        let served = Collected<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { _ = try await pool.transaction { _ in served.append(number) } }
                try await eventually(within: .seconds(10), "caller \(number) waits") {
                    pool.statistics.waiting == number + 1
                }
            }
            gate.open()
            try await group.waitForAll()
        }
        try await holder.value
        #expect(served.values == Array(0..<20))
        await pool.close()
    }

    @Test("a cancelled caller leaves the line at once; those behind it keep their places")
    func cancellation() async throws {
        let gate = Gate()
        let (pool, holder) = try await occupied(gate)
        let ran = Collected<Int>()
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<3 {
            tasks.append(Task { try await pool.transaction { _ in ran.append(number) } })
            try await eventually(within: .seconds(10), "caller \(number) waits") {
                pool.statistics.waiting == number + 1
            }
        }
        tasks[1].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        #expect(pool.statistics.waiting == 2)
        gate.open()
        try await tasks[0].value
        try await tasks[2].value
        try await holder.value
        #expect(ran.values == [0, 2])
        await pool.close()
    }

    @Test("a task cancelled before it asks never gets a connection")
    func cancelledEarly() async throws {
        let ran = Tally()
        let pool = database.pool
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.transaction { _ in ran.increment() }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ran.value == 0)
    }

    @Test("a transaction that already runs is finished, cancelled or not")
    func cancelledLate() async throws {
        try await database.pool.execute("CREATE TABLE late_test (a int)")
        let gate = Gate()
        let started = Tally()
        let pool = database.pool
        let task = Task {
            try await pool.transaction { tx in
                try tx.execute("INSERT INTO late_test VALUES (1)")
                started.increment()
                gate.wait()
                try tx.execute("INSERT INTO late_test VALUES (2)")
            }
        }
        try await eventually(within: .seconds(10), "the transaction runs") { started.value == 1 }
        task.cancel()
        gate.open()
        try await task.value
        let count: Int = try await pool.query("SELECT count(*) FROM late_test")[0][0]
        #expect(count == 2)
    }

    @Test("cancelling in every phase, over and over, loses no connection")
    func cancellationStorm() async throws {
        let pool = try database.makePool { $0.poolSize = 2 }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let task = Task { try await pool.query("SELECT \(number)::int") }
                    if number % 2 == 0 { task.cancel() }
                    _ = await task.result
                }
            }
        }
        try await eventually(within: .seconds(10), "every connection is free") {
            pool.statistics.idle == pool.statistics.size
        }
        #expect(pool.statistics.waiting == 0)
        #expect(try await pool.query("SELECT 1").count == 1)
        await pool.close()
    }

    @Test("closing lets run what runs, fails what waits and what comes later")
    func closing() async throws {
        let gate = Gate()
        let (pool, holder) = try await occupied(gate)
        let waiting = Task { try await pool.query("SELECT 1") }
        try await eventually(within: .seconds(10), "the call waits") { pool.statistics.waiting == 1 }
        let closing = Task { await pool.close() }
        let error = try await postgresError { try await waiting.value }
        #expect(error?.code == .closed)
        #expect(try await postgresError { try await pool.query("SELECT 1") }?.code == .closed)
        gate.open()
        try await holder.value
        await closing.value
        #expect(pool.statistics.size == 0)
        await pool.close()
    }

    @Test("a connection lent out for oneself comes back as new")
    func lent() async throws {
        let pool = try database.makePool { $0.poolSize = 1 }
        let process: Int = try await pool.withConnection { session in
            try session.execute("SELECT pg_advisory_lock(1)")
            try session.script("SET statement_timeout = '1s'; CREATE TEMP TABLE scratch (a int)")
            return session.processID
        }
        let row = try await pool.query(
            """
            SELECT pg_backend_pid() AS process, current_setting('statement_timeout') AS timeout,
                   to_regclass('scratch') IS NULL AS gone
            """
        )[
            0]
        #expect(try row["process"] as Int == process)
        #expect(try row["timeout"] as String == "30s")
        #expect(try row["gone"] as Bool)
        let locks: Int = try await pool.query(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")[0][0]
        #expect(locks == 0)
        await pool.close()
    }
}
