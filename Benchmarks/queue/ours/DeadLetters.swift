import ArgumentParser
import Foundation
import JobQueue
import Logging
import Postgres

/// What operators wait for when very many jobs are dead.
struct DeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Milliseconds to page, filter, show, retry and discard among very many dead letters.",
        discussion: """
            So many dead jobs are made in the ledger by one statement, in two queues and with ten fingerprints; as \
            many ephemeral ones fail in a worker and are buried in Redis. Each figure is of the call of the public \
            API, the round trip included.
            """)

    @Option(help: "Dead letters in the ledger, and as many in Redis.") var jobs = 1_000_000
    @Option(help: "Calls of each kind.") var calls = 30
    @OptionGroup var output: Output

    func run() async throws {
        let prefix = randomPrefix()
        // Each job that fails is an error to the worker.
        let services = try await Services(prefix: prefix, logLevel: .critical)
        let inspector = JobInspector(database: services.database, dispatcher: services.dispatcher)
        try await fillLedger(services)
        try await fillRedis(services)
        var rows = try await measureLedger(inspector)
        rows += try await measureRedis(inspector)
        try output.emit(Result(jobs: jobs, rows: rows))
        await services.close()
    }

    // MARK: Filling

    /// Rows as failed jobs leave them; their ids carry the time of day, a millisecond apart.
    private func fillLedger(_ services: Services) async throws {
        for start in stride(from: 0, to: jobs, by: 50_000) {
            try await services.database.execute(
                """
                INSERT INTO jobs (id, queue, name, payload, state, reason, fingerprint, attempts, errors, finished_at)
                SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - \(jobs)::bigint + n), 12, '0') || '7'
                        || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid,
                       CASE WHEN n % 2 = 0 THEN 'bench' ELSE 'bench-2' END, 'bench.no-op',
                       jsonb_build_object('number', n), 'dead',
                       'attempts_exhausted', 'fault-' || n % 10, 12,
                       jsonb_build_array(jsonb_build_object('attempt', 12, 'code', 'transient',
                                                            'message', 'no answer ' || n,
                                                            'process', 'p', 'duration_ms', 1, 'at', now())),
                       now()
                  FROM generate_series(\(start)::bigint + 1, least(\(start + 50_000), \(jobs))::bigint) AS n
                """)
        }
        try await services.database.execute("ANALYZE jobs")
    }

    /// Each job fails for good in its only attempt.
    private func fillRedis(_ services: Services) async throws {
        let tally = try Tally(jobs: jobs)
        var registry = JobRegistry()
        registry.register(FailingHandler(tally: tally))
        for start in stride(from: 0, to: jobs, by: 10_000) {
            try await services.dispatcher.enqueueEphemeral(
                (start..<min(start + 10_000, jobs)).map { Failing(number: $0) })
        }
        let worker = services.worker([Failing.queue: 1000], registry: registry)
        try await worker.drain()
        _ = try tally.seconds()
    }

    // MARK: Measuring

    private func measureLedger(_ inspector: JobInspector) async throws -> [Row] {
        let queue = NoOp.queue
        let first = try await inspector.list(JobFilter(state: .dead, queue: queue), limit: 200)
        var ids = first.items.map(\.id).makeIterator()
        var cursor = first.nextCursor
        let since = Date().addingTimeInterval(-Double(jobs) / 2000)
        return [
            try await row("ledger: first page of 50") {
                _ = try await inspector.list(JobFilter(state: .dead), limit: 50)
            },
            try await row("ledger: following pages") {
                cursor = try await inspector.list(JobFilter(state: .dead, queue: queue), limit: 50, after: cursor)
                    .nextCursor
            },
            try await row("ledger: by queue") {
                _ = try await inspector.list(JobFilter(state: .dead, queue: queue), limit: 50)
            },
            try await row("ledger: by kind") {
                _ = try await inspector.list(JobFilter(state: .dead, name: "bench.no-op"), limit: 50)
            },
            try await row("ledger: by fingerprint") {
                _ = try await inspector.list(JobFilter(fingerprint: "fault-3"), limit: 50)
            },
            try await row("ledger: since a time") {
                _ = try await inspector.list(JobFilter(state: .dead, since: since), limit: 50)
            },
            try await row("ledger: by a text that none has") {
                _ = try await inspector.list(JobFilter(state: .dead, text: "no such text"), limit: 50)
            },
            try await row("ledger: show by id") { if let id = ids.next() { _ = try await inspector.show(id) } },
            try await row("ledger: retry by id") { if let id = ids.next() { try await inspector.retry(id) } },
            try await row("ledger: discard by id") { if let id = ids.next() { try await inspector.discard(id) } },
            try await row("ledger: groups by fingerprint", calls: 3) { _ = try await inspector.deadGroups() },
        ]
    }

    private func measureRedis(_ inspector: JobInspector) async throws -> [Row] {
        let filter = JobFilter(state: .dead, queue: Failing.queue)
        let first = try await inspector.list(filter, limit: 200)
        guard first.items.count == min(200, jobs) else {
            throw ValidationError("only \(first.items.count) dead letters in Redis")
        }
        var ids = first.items.map(\.id).makeIterator()
        var cursor = first.nextCursor
        return [
            try await row("Redis: first page of 50") { _ = try await inspector.list(filter, limit: 50) },
            try await row("Redis: following pages") {
                cursor = try await inspector.list(filter, limit: 50, after: cursor).nextCursor
            },
            try await row("Redis: by a text that none has") {
                _ = try await inspector.list(
                    JobFilter(state: .dead, queue: Failing.queue, text: "no such text"), limit: 50)
            },
            try await row("Redis: show by id") { if let id = ids.next() { _ = try await inspector.show(id) } },
            try await row("Redis: retry by id") { if let id = ids.next() { try await inspector.retry(id) } },
            try await row("Redis: discard by id") { if let id = ids.next() { try await inspector.discard(id) } },
        ]
    }

    private func row(_ what: String, calls: Int? = nil, _ body: () async throws -> Void) async throws -> Row {
        var milliseconds: [Double] = []
        for _ in 0..<(calls ?? self.calls) {
            let began = Tally.now()
            try await body()
            milliseconds.append(Double(Tally.now() - began) / 1e6)
        }
        return Row(what: what, median: milliseconds.median, longest: milliseconds.quantile(1))
    }

    struct Row: Report {
        let what: String
        /// Milliseconds.
        let median: Double
        /// Milliseconds.
        let longest: Double

        var description: String { "\(what): median \(rounded(median, 1)) ms, longest \(rounded(longest, 1)) ms" }
    }

    struct Result: Report {
        let jobs: Int
        let rows: [Row]

        var description: String {
            (["\(grouped(Double(jobs))) dead letters in the ledger and as many in Redis:"] + rows.map { "  \($0)" })
                .joined(separator: "\n")
        }
    }
}

/// A job that fails for good.
private struct Failing: Job {
    static let name = "bench.failing"
    static let queue: QueueName = "bench-failing"
    static let retry: RetryPolicy = .never
    var number: Int
}

private struct FailingHandler: JobHandler {
    let tally: Tally

    func run(_ job: Failing, in context: JobContext) async throws {
        tally.ran(job.number)
        throw JobFailure.permanent(code: "bench", "fails for good")
    }
}
