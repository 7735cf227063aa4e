import ConformanceWorker
import Dispatch
import JobQueue
import Postgres
import TestSupport
import Testing

extension Measured {
    @Suite("PostgreSQL may crash, lose its connections or have none to give: work goes on as before")
    struct PostgresOutageTests {
        private let window: Duration = Chaos.scale(.seconds(1), full: .seconds(8))

        @Test("16 · PostgreSQL crashes and restarts under load: back to at least 95 % of the throughput", .scenario(16))
        func restart() async throws {
            let postgres = try await PostgresServer.start()
            try await Arena.with(postgres: postgres) { arena in
                try await measure(arena, "crash and restart of PostgreSQL") {
                    try await postgres.restart(after: .seconds(1))
                }
            }
        }

        @Test("16 · a storm of killed back-ends: back to at least 95 % of the throughput", .scenario(16))
        func killStorm() async throws {
            try await Arena.with { arena in
                try await measure(arena, "every back-end of the workers ended 20 times, 100 ms apart") {
                    for _ in 0..<20 {
                        _ = try await arena.database.query(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                             WHERE datname = current_database() AND application_name = 'conformance-worker'
                            """
                        )
                        try await letTimePass(.milliseconds(100), because: "the storm lasts two seconds")
                    }
                }
            }
        }

        @Test("16 · the pool exhausted by handlers: back to at least 95 % of the throughput", .scenario(16))
        func exhaustion() async throws {
            try await Arena.with { arena in
                try await measure(arena, "60 jobs that each hold one of 8 connections for 400 ms") {
                    let hogs = try await arena.enqueue(Array(repeating: SideErrand(Act(.effect, hold: 400)), count: 60))
                    try await arena.wait(for: hogs)
                }
            }
        }

        @Test(
            "16 · a transaction held open for a minute: claim and enqueue rates within 20 %", .scenario(16),
            .fullFormOnly)
        func heldTransaction() async throws {
            let time: Duration = .seconds(60)
            try await Arena.with { arena in
                _ = try await arena.startWorker { $0.queues = "main=50" }
                _ = try await rates(arena)
                let before = try await medianRates(arena)
                var configuration = try PostgresConfiguration(url: arena.databaseURL)
                configuration.idleInTransactionTimeout = .seconds(600)
                let other = PostgresPool(configuration, logger: Arena.quietLogger)
                let gate = DispatchSemaphore(value: 0)
                async let held: Void = hold(other, until: gate)
                let end = ContinuousClock.now + time
                while ContinuousClock.now < end { _ = try await rates(arena) }
                let during = try await medianRates(arena)
                gate.signal()
                try await held
                await other.close()
                #expect(during.enqueued >= 0.8 * before.enqueued)
                #expect(during.drained >= 0.8 * before.drained)
                try await arena.audit(try await arena.allJobs())
                ScenarioReport.did(
                    """
                    a transaction with a snapshot and a write held open for \(time) and three more measurements, \
                    under full load
                    """
                )
                ScenarioReport.figure("enqueued", "\(Int(during.enqueued))/s of \(Int(before.enqueued))/s")
                ScenarioReport.figure("drained", "\(Int(during.drained))/s of \(Int(before.drained))/s")
            }
        }

        /// A transaction with a snapshot and a write of its own: nothing that dies meanwhile can be cleared away.
        private func hold(_ pool: PostgresPool, until gate: DispatchSemaphore) async throws {
            try await pool.transaction { tx in
                try tx.execute("CREATE TABLE held AS SELECT count(*) FROM jobs")
                // Blocks the connection's own thread, none of the cooperative pool.
                _ = gate.wait(timeout: .now() + 500)
            }
        }

        private func medianRates(_ arena: Arena) async throws -> (enqueued: Double, drained: Double) {
            var all: [(enqueued: Double, drained: Double)] = []
            for _ in 0..<3 { all.append(try await rates(arena)) }
            return (all.map(\.enqueued).sorted()[1], all.map(\.drained).sorted()[1])
        }

        /// Enqueues 5,000 jobs as fast as one process can, 20 per transaction, while the queue is paused, then lets
        /// them drain: each per second.
        private func rates(_ arena: Arena) async throws -> (enqueued: Double, drained: Double) {
            let count = 5000
            let former = try arena.history().ended.count
            try await arena.inspector.pause(MainErrand.queue)
            let began = MachineTime.monotonic
            let enqueuer = try arena.startEnqueuer("--jobs", "\(count)", "--batch", "20")
            #expect(try await enqueuer.waitForExit(within: .seconds(60)) == .code(0))
            let enqueued = MachineTime.monotonic
            try await arena.inspector.resume(MainErrand.queue)
            _ = try await arena.waitForAll()
            let runs = try arena.history().runs.suffix(count)
            #expect(try arena.history().ended.count == former + count)
            let first = runs.map(\.start).min() ?? 0
            let last = runs.compactMap(\.finish).max() ?? 0
            func perSecond(_ microseconds: Int64) -> Double {
                Double(count) / (Double(max(1, microseconds)) / 1_000_000)
            }
            return (perSecond(enqueued - began), perSecond(last - first))
        }

        /// Throughput of jobs that mostly sleep, before and after something happens.
        private func measure(_ arena: Arena, _ what: String, _ happening: () async throws -> Void) async throws {
            _ = try await arena.startWorker { $0.queues = "main=20,side=30" }
            // 20 at a time, 100 ms each: 200/s at most.
            let count = Int(200 * (window * 3 / .seconds(1) + Chaos.scale(2, full: 8)))
            _ = try await arena.pile(count, of: Act(.effect, sleep: 100))
            let before = try await arena.throughput(over: window)
            try await happening()
            try await eventually(within: .seconds(20), "work goes on") {
                try await arena.throughput(over: .milliseconds(500)) > 0
            }
            let after = try await arena.throughput(over: window)
            #expect(before > 0)
            if Chaos.isOn { #expect(after >= 0.95 * before) }
            let jobs = try await arena.waitForAll()
            try await arena.audit(jobs)
            ScenarioReport.did(what)
            ScenarioReport.figure("throughput", "\(Int(after))/s of \(Int(before))/s = \(Int(after / before * 100)) %")
        }
    }
}
