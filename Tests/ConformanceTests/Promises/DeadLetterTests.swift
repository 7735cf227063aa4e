import ConformanceWorker
import JobQueue
import Postgres
import Synchronization
import TestSupport
import Testing

extension Measured {
    @Suite("However many dead letters there are, looking at them is quick and reviving them disturbs nobody")
    struct DeadLetterTests {
        @Test(
            "26 · a million dead letters: page and filter under 200 ms, claims at most twice as slow in a bulk retry",
            .scenario(26))
        func manyDeadLetters() async throws {
            let count = Chaos.scale(20_000, full: 1_000_000)
            let revived = Chaos.scale(2000, full: 50_000)
            try await Arena.with { arena in
                try await arena.bury(count, failingAlike: revived)
                let slowest = try await slowestLook(arena)
                if Chaos.isOn { #expect(slowest < 200_000) }

                // What is revived waits in a queue that is paused, so that what is measured is the revival and not the
                // work that it brings.
                try await arena.inspector.pause(MainErrand.queue)
                _ = try await arena.startWorker()
                let calmUntil = ContinuousClock.now + Chaos.scale(.seconds(1), full: .seconds(5))
                let calm = try await claimLatencies(arena) { ContinuousClock.now > calmUntil }
                let change = try arena.inspector.change(.retry, matching: JobFilter(fingerprint: "conformance-0"))
                let (changed, latencies) = try await whileReviving(arena, change)
                #expect(changed == revived)
                let before = try #require(calm.percentile(50))
                let during = try #require(latencies.percentile(50))
                if Chaos.isOn { #expect(during < 2 * before) }
                try await eventually(within: .seconds(20), "they wait in the list") {
                    try await arena.waitingInRedis() == revived
                }
                ScenarioReport.did(
                    """
                    \(count) dead letters listed page by page and by each filter; \
                    \(revived) of them retried while jobs are pushed
                    """
                )
                ScenarioReport.figure("slowest look", milliseconds(slowest))
                ScenarioReport.figure("wait p50 before / during", "\(milliseconds(before)) / \(milliseconds(during))")
                ScenarioReport.figure(
                    "p95", "\(milliseconds(calm.percentile(95) ?? 0)) / \(milliseconds(latencies.percentile(95) ?? 0))")
            }
        }

        /// Pages and filters, as an operator would; the slowest of all, in microseconds.
        private func slowestLook(_ arena: Arena) async throws -> Int64 {
            let filters = [
                JobFilter(state: .dead), JobFilter(state: .dead, queue: MainErrand.queue),
                JobFilter(state: .dead, name: MainErrand.name),
                JobFilter(fingerprint: "conformance-1"), JobFilter(state: .dead, text: "errand 1"),
                JobFilter(state: .dead, text: "not there"),
                JobFilter(state: .dead, name: "never.heard-of"), JobFilter(state: .dead, hasErrors: true),
            ]
            var slowest: Int64 = 0
            for filter in filters {
                var cursor: JobCursor?
                for _ in 0..<5 {
                    let began = MachineTime.monotonic
                    let page = try await arena.inspector.list(filter, limit: 50, after: cursor)
                    slowest = max(slowest, MachineTime.monotonic - began)
                    cursor = page.nextCursor
                    if cursor == nil { break }
                }
            }
            return slowest
        }

        /// Retries all that match while jobs are pushed to another queue and claimed from it.
        private func whileReviving(_ arena: Arena, _ change: BulkChange) async throws -> (
            changed: Int, latencies: [Int64]
        ) {
            let isOver = Atomic(false)
            async let changed = revive(change, isOver)
            let latencies = try await claimLatencies(arena) { isOver.load(ordering: .relaxed) }
            return (try await changed, latencies)
        }

        private func revive(_ change: BulkChange, _ isOver: borrowing Atomic<Bool>) async throws -> Int {
            var changed = 0
            for try await progress in change { changed = progress.changed }
            isOver.store(true, ordering: .relaxed)
            return changed
        }

        /// Pushes jobs 10 ms apart until told that it is enough; how long each waited for its start, in microseconds.
        private func claimLatencies(_ arena: Arena, until isEnough: () -> Bool) async throws -> [Int64] {
            var pushed: [JobID: Int64] = [:]
            repeat {
                let now = MachineTime.monotonic
                pushed[try await arena.dispatcher.enqueueEphemeral(SideErrand(Act()))] = now
                try await letTimePass(.milliseconds(10), because: "the probes come 10 ms apart")
            } while !isEnough()
            try await eventually(within: .seconds(20), "all have run") {
                try arena.history().ended.isSuperset(of: pushed.keys)
            }
            return try arena.history().lateness(due: pushed)
        }
    }
}

extension Arena {
    /// Writes dead letters into the ledger, so many of which failed alike; the others failed in a hundred other ways.
    func bury(_ count: Int, failingAlike alike: Int) async throws {
        var configuration = try PostgresConfiguration(url: databaseURL)
        configuration.statementTimeout = .seconds(120)
        let pool = PostgresPool(configuration, logger: Self.quietLogger)
        let act = try Load.json(Act())
        for start in stride(from: 0, to: count, by: 100_000) {
            try await pool.execute(
                """
                INSERT INTO jobs (id, queue, name, payload, state, reason, attempts, errors, fingerprint, finished_at)
                SELECT overlay(md5(n::text || random())
                               PLACING lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7' FROM 1
                       )::uuid,
                       \(MainErrand.queue)::text, \(MainErrand.name)::text,
                       jsonb_build_object('acts', jsonb_build_array(\(act)::jsonb), 'note', 'errand ' || n),
                       'dead', 'permanent', 1,
                       jsonb_build_array(jsonb_build_object('attempt', 1, 'code', 'told_so',
                           'message', 'as told ' || n, 'at', now())),
                       'conformance-' || CASE WHEN n <= \(alike)::bigint THEN 0 ELSE 1 + n % 100 END, now()
                  FROM generate_series(\(start + 1)::bigint, \(min(count, start + 100_000))::bigint) AS n
                """)
        }
        try await pool.execute("ANALYZE jobs")
        await pool.close()
    }
}
