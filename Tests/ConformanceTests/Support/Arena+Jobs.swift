import ConformanceWorker
import Foundation
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

extension Arena {
    /// Enqueues durable jobs as a caller would: insert, commit, push.
    @discardableResult
    func enqueue(_ jobs: [some Job], runAt: Date? = nil, push: Bool = true) async throws -> [JobID] {
        let pending = try jobs.map { try JobLedger.insertion(of: $0, runAt: runAt) }
        for start in stride(from: 0, to: pending.count, by: 500) {
            let part = Array(pending[start..<min(start + 500, pending.count)])
            try await database.transaction { tx in _ = try tx.pipeline(part.map(\.statement)) }
            if push { await dispatcher.push(part) }
        }
        return pending.map(\.id)
    }

    /// Inserts and commits, without a push.
    func commit(_ job: PendingJob) async throws {
        try await database.execute(job.statement)
    }

    /// So many equal errands on the main queue.
    @discardableResult
    func enqueue(_ count: Int = 1, _ acts: Act...) async throws -> [JobID] {
        try await enqueue(Array(repeating: MainErrand(acts: acts), count: count))
    }

    /// Returns once all jobs are in one of the states.
    func wait(
        for jobs: some Collection<JobID>, in states: [JobState] = [.done], within patience: Duration = .seconds(60)
    ) async throws {
        let ids = jobs.map(\.rawValue)
        let names = states.map(\.rawValue)
        do {
            try await eventually(within: patience, "all of \(ids.count) jobs are \(names)") {
                let open: Int = try await self.database.query(
                    """
                    SELECT count(*) AS open FROM unnest(\(ids)::uuid[]) AS wanted (id) LEFT JOIN jobs USING (id)
                     WHERE state IS NULL OR state <> ALL (\(names)::text[])
                    """
                )[0]["open"]
                return open == 0
            }
        } catch let error as NeverHappened {
            throw Stuck(error: error, detail: "the ledger holds \(try await counts())")
        }
    }

    /// Returns once all jobs of the ledger are done, and which they are.
    func waitForAll(within patience: Duration = .seconds(60)) async throws -> Set<JobID> {
        do {
            try await eventually(within: patience, "all jobs are done") {
                try await self.database.query("SELECT EXISTS (SELECT FROM jobs WHERE state <> 'done') AS open")[0][
                    "open"] == false
            }
        } catch let error as NeverHappened {
            throw Stuck(error: error, detail: "the ledger holds \(try await counts())")
        }
        return try await allJobs()
    }

    /// Returns once the run log holds so many starts.
    func waitForStarts(_ count: Int, of jobs: Set<JobID>? = nil, within patience: Duration = .seconds(20)) async throws
    {
        try await eventually(within: patience, "\(count) runs have started") {
            try self.history().runs.count { jobs?.contains($0.job) ?? true } >= count
        }
    }

    func job(_ id: JobID) async throws -> JobDetail? { try await inspector.show(id) }

    /// Jobs of the ledger by state.
    func counts() async throws -> [String: Int] {
        let rows = try await database.query("SELECT state, count(*) AS jobs FROM jobs GROUP BY state")
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["state"], try $0["jobs"]) })
    }

    /// All jobs of the ledger, also those whose enqueuer was killed.
    func allJobs() async throws -> Set<JobID> {
        Set(try await database.query("SELECT id FROM jobs").map { JobID(rawValue: try $0["id"]) })
    }

    /// Committed effects of each job.
    func effects() async throws -> [JobID: Int] {
        let rows = try await database.query("SELECT job, count(*) AS effects FROM effects GROUP BY job")
        return Dictionary(uniqueKeysWithValues: try rows.map { (JobID(rawValue: try $0["job"]), try $0["effects"]) })
    }

    /// A wait that was in vain, with what there is instead.
    struct Stuck: Error, CustomStringConvertible {
        let error: NeverHappened
        let detail: String
        var description: String { "\(error); \(detail)" }
    }
}

extension Arena {
    /// What lies in Redis for the queue and is not claimed: waiting or due later. A mere wake-up does not count.
    func waitingInRedis(_ queue: QueueName = MainQueue.name) async throws -> Int {
        let status = try #require(try await inspector.queues(known: [queue]).first { $0.queue == queue })
        return status.ready + status.delayed
    }
}

extension Arena {
    /// Whether nothing of the queue waits, and nobody holds a claim on any of it.
    func isIdle(_ queue: QueueName = MainQueue.name) async throws -> Bool {
        guard try await waitingInRedis(queue) == 0 else { return false }
        let page = try await redis.send(RedisCommand("KEYS", .init("\(prefix):{\(queue)}:claims:*")))
        return page.elements?.isEmpty ?? true
    }
}

extension Arena {
    /// Returns once nothing of the queue is left in Redis but what is dead.
    func waitUntilIdle(_ queue: QueueName = MainQueue.name, within patience: Duration = .seconds(20)) async throws {
        do {
            try await eventually(within: patience, "all copies in Redis are dealt with") {
                try await self.isIdle(queue)
            }
        } catch let error as NeverHappened {
            let keys =
                try await redis.send(RedisCommand("KEYS", .init("\(prefix):{\(queue)}:*"))).elements?.compactMap(\.text)
                ?? []
            var left: [String: String] = [:]
            for key in keys where key.contains(":claims:") {
                let claims =
                    try await redis.send(RedisCommand("HGETALL", .init(key))).elements?.compactMap(\.text) ?? []
                left[key] = claims.joined(separator: " ")
            }
            throw Stuck(error: error, detail: "left are \(keys), with claims \(left)")
        }
    }
}
