import Foundation
import JobQueue
import Postgres
import Redis
import TestSupport
import Testing

@Suite("The engine on sentinels and on a cluster: servers die, jobs do not")
struct TopologyTests {
    enum Topology: CaseIterable {
        case sentinels, cluster
    }

    /// Real servers, one of which can be killed.
    private struct Servers {
        let url: String
        /// Kills the master that serves a queue, and returns when another one does.
        let killMaster: (_ keys: String) async throws -> Void

        static func start(_ topology: Topology) async throws -> Servers {
            switch topology {
            case .sentinels:
                let redis = try await RedisSentinels.start(replicas: 2)
                return Servers(url: redis.url) { _ in try await redis.failOver() }
            case .cluster:
                let redis = try await RedisCluster.start()
                return Servers(url: redis.url) { key in
                    let victim = try await redis.master(of: key)
                    try await victim.kill()
                    try await eventually(within: .seconds(20), "its replica has taken over") {
                        try await redis.master(of: key).port != victim.port
                    }
                }
            }
        }
    }

    private static let lanes: [QueueName] = [
        Routed<Checkout>.queue, Routed<Email>.queue, Routed<Refund>.queue, Routed<Stock>.queue,
    ]

    private func insertions(_ number: Int) throws -> [PendingJob] {
        [
            try JobLedger.insertion(of: Routed<Checkout>(number: number)),
            try JobLedger.insertion(of: Routed<Email>(number: number)),
            try JobLedger.insertion(of: Routed<Refund>(number: number)),
            try JobLedger.insertion(of: Routed<Stock>(number: number)),
        ]
    }

    private func registry(_ body: @escaping @Sendable (JobContext) async throws -> Void) -> JobRegistry {
        let log = RunLog()
        return JobRegistry(
            Handler(Routed<Checkout>.self, log: log) { try await body($1) },
            Handler(Routed<Email>.self, log: log) { try await body($1) },
            Handler(Routed<Refund>.self, log: log) { try await body($1) },
            Handler(Routed<Stock>.self, log: log) { try await body($1) })
    }

    @Test("a master dies under load and every durable job takes effect once", arguments: Topology.allCases)
    func masterDiesUnderLoad(_ topology: Topology) async throws {
        let servers = try await Servers.start(topology)
        let rounds = 80
        try await Engine.with(redisURL: servers.url) { engine in
            let database = engine.database
            try await database.execute("CREATE TABLE effects (job uuid, at timestamptz DEFAULT clock_timestamp())")
            let registry = registry { context in
                try await database.transaction { tx in
                    try tx.execute("INSERT INTO effects (job) VALUES (\(context.jobID))")
                    try context.completion.check(try tx.pipeline([context.completion.statement])[0])
                }
            }
            try await engine.withWorker(registry, queues: Dictionary(uniqueKeysWithValues: Self.lanes.map { ($0, 8) }))
            {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for round in 0..<rounds {
                            let jobs = try (0..<5).flatMap { try insertions(round * 5 + $0) }
                            _ = try await database.pipeline(jobs.map(\.statement))
                            await engine.dispatcher.push(jobs)
                            try await letTimePass(.milliseconds(50), because: "the load outlasts the fail-over")
                        }
                    }
                    try await eventually("jobs run") {
                        try await database.query("SELECT 1 FROM effects LIMIT 1").count == 1
                    }
                    try await servers.killMaster(engine.keys(Routed<Checkout>.queue).ready)
                    try await group.waitForAll()
                }
                try await eventually(within: .seconds(30), "all jobs are done") {
                    try await database.query("SELECT 1 FROM jobs WHERE state <> 'done' LIMIT 1").isEmpty
                }
            }
            let row = try await database.query("SELECT count(*) AS effects, count(DISTINCT job) AS jobs FROM effects")[
                0]
            #expect(try row["effects"] == rounds * 20)
            #expect(try row["jobs"] == rounds * 20)
            #expect(
                try await database.query("SELECT count(*) AS n FROM jobs WHERE state = 'done'")[0]["n"] == rounds * 20)
        }
    }

    /// Every queue's lease is renewed in turn, and every queue is swept in turn: none may wait for a server that does
    /// not answer.
    @Test("a master that is away holds up no queue of the others")
    func masterIsAway() async throws {
        let cluster = try await RedisCluster.start(nodeTimeout: 60_000)
        for node in cluster.nodes {
            try await node.send(RedisCommand("CONFIG", "SET", "cluster-require-full-coverage", "no"))
        }
        try await Engine.with(redisURL: cluster.url) { engine in
            let here = Routed<Email>.queue
            let victim = try await cluster.master(of: engine.keys(Routed<Checkout>.queue).ready)
            var queues: [QueueName: Int] = [here: 4]
            var number = 0
            while queues.count < 7 {
                number += 1
                guard let away = QueueName(rawValue: "away-\(number)") else { continue }
                if try await cluster.master(of: engine.keys(away).ready).port == victim.port { queues[away] = 4 }
            }
            let log = RunLog()
            let handler = Handler(Routed<Email>.self, log: log) { job, _ in
                if job.number == 0 { try await letTimePass(.seconds(12), because: "it outlasts the lease") }
            }
            let long = try await engine.enqueue(Routed<Email>(number: 0))
            try await engine.withWorker(JobRegistry(handler), queues: queues, grace: .seconds(1)) {
                try await eventually("it runs") { !log.of(long).isEmpty }
                try await victim.kill()
                repeat {
                    let short = try await engine.enqueue(Routed<Email>(number: 1))
                    _ = try await engine.waitUntil(short, is: .done, within: .seconds(5))
                } while try await engine.job(long)?.state == .running
                #expect(try await engine.job(long)?.state == .done)
            }
            #expect(log.of(long).map(\.crashes) == [0], "its lease never lapsed")
        }
    }

    @Test("ephemeral jobs run on a cluster and their dead letters are found")
    func ephemeralJobsOnACluster()
        async throws
    {
        let cluster = try await RedisCluster.start()
        try await Engine.with(redisURL: cluster.url) { engine in
            let log = RunLog()
            let registry = JobRegistry(
                Handler(Routed<Checkout>.self, log: log), Handler(Routed<Email>.self, log: log),
                Handler(Routed<Refund>.self, log: log),
                Handler(Routed<Stock>.self, log: log) { _, context in
                    if context.attempt == 1 { throw JobFailure.permanent(code: "bad", "bad") }
                })
            var ids = try await engine.dispatcher.enqueueEphemeral((0..<200).map { Routed<Checkout>(number: $0) })
            ids += try await engine.dispatcher.enqueueEphemeral((0..<200).map { Routed<Email>(number: $0) })
            ids += try await engine.dispatcher.enqueueEphemeral(
                (0..<200).map { Routed<Refund>(number: $0) }, runAt: Date() + 0.5)
            let dead = try await engine.dispatcher.enqueueEphemeral(Routed<Stock>(number: 0))
            #expect(
                try await engine.redis.sendToEachMaster([RedisCommand("DBSIZE")]).allSatisfy {
                    ($0.values[0].int ?? 0) > 0
                },
                "the queues lie on all three nodes")
            try await engine.withWorker(registry, queues: Dictionary(uniqueKeysWithValues: Self.lanes.map { ($0, 20) }))
            {
                try await eventually(within: .seconds(20), "all have run") { log.all.count == 601 }
                let letter = try await eventually("the dead letter is found, in whichever queue") {
                    try await engine.job(dead)
                }
                #expect(letter.state == .dead && letter.queue == "stock")
                #expect(try await engine.inspector.list(JobFilter(state: .dead), limit: 10).items.map(\.id) == [dead])
                let statuses = try await engine.inspector.queues().filter { Self.lanes.contains($0.queue) }
                #expect(
                    statuses.map { "\($0.queue) \($0.workers)" } == ["checkout 1", "email 1", "refund 1", "stock 1"])
                #expect(statuses.map(\.dead).reduce(0, +) == 1)
                try await engine.inspector.pause(Routed<Email>.queue)
                try await engine.inspector.resume(Routed<Email>.queue)
            }
            let runs = Dictionary(grouping: log.all, by: \.job).mapValues(\.count)
            #expect(runs == Dictionary(uniqueKeysWithValues: (ids + [dead]).map { ($0, 1) }))
        }
    }
}

/// Names of queues that lie on different nodes of a cluster of three.
private protocol Lane: Sendable {
    static var queue: QueueName { get }
}

private enum Checkout: Lane { static let queue: QueueName = "checkout" }
private enum Email: Lane { static let queue: QueueName = "email" }
private enum Refund: Lane { static let queue: QueueName = "refund" }
private enum Stock: Lane { static let queue: QueueName = "stock" }

/// One kind of job for each lane.
private struct Routed<L: Lane>: Job {
    static var name: String { "test.routed.\(L.queue)" }
    static var queue: QueueName { L.queue }
    static var retry: RetryPolicy { .exponential(attempts: 10, from: .milliseconds(100), to: .milliseconds(400)) }
    var number: Int
}
