import CrashPoints
import Foundation
import Postgres
import Redis
import TestSupport
import Testing

extension Shop {
    /// The setting with which a process ends, as by `kill -9`, the `pass`th time it comes to `point`.
    static func dying(at point: CrashPoint, of job: String? = nil, pass: Int = 1) -> [String: String] {
        ["CARTWRIGHT_CRASH_AT": text(point, job, pass)]
    }

    /// The setting with which a process stands still there instead, until `resume()`.
    static func stopping(at point: CrashPoint, of job: String? = nil, pass: Int = 1) -> [String: String] {
        ["CARTWRIGHT_STOP_AT": text(point, job, pass)]
    }

    private static func text(_ point: CrashPoint, _ job: String?, _ pass: Int) -> String {
        point.name + (job.map { "@" + $0 } ?? "") + ":\(pass)"
    }

    /// Waits until a process has come to the point at which it ends.
    func waitForDeath(of process: ManagedProcess, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let exit = try await process.waitForExit(within: .seconds(30))
        #expect(exit == .signal(9), "\(process.log.suffix(2000))", sourceLocation: sourceLocation)
        try await hurryLapse(of: process)
    }

    /// Waits until a process has come to the point at which it stands still.
    func waitUntilStopped(_ process: ManagedProcess) async throws {
        try await eventually(within: .seconds(30), "the process stands still") {
            guard process.isRunning else { throw Failed(what: "the process ended: \(process.log)") }
            // The state comes behind the name, which stands in brackets (proc(5)).
            let stat = (try? String(contentsOfFile: "/proc/\(process.processID)/stat", encoding: .utf8)) ?? ""
            return stat.split(separator: ")").last?.split(separator: " ").first == "T"
        }
    }

    /// In the short form, lets the lease of a process that is dead lapse now and not within eight seconds.
    func hurryLapse(of process: ManagedProcess) async throws {
        guard !Chaos.isOn else { return }
        try await withRedis { redis in
            let keys = try await redis.send(RedisCommand("KEYS", "cw:*:leases")).elements ?? []
            for key in keys.compactMap(\.text) {
                let members = try await redis.send(RedisCommand("ZRANGE", .init(key), "0", "-1")).elements ?? []
                for member in members.compactMap(\.text) where member.contains("-\(process.processID)-") {
                    _ = try await redis.send(RedisCommand("ZADD", .init(key), "XX", "1", .init(member)))
                }
            }
        }
    }

    /// In the short form, lets jobs whose push never happened count as lost now and not after five seconds.
    func hurryPush() async throws {
        guard !Chaos.isOn else { return }
        try await database.pool.execute(
            "UPDATE jobs SET dispatch_at = dispatch_at - interval '1 minute' WHERE state = 'ready'")
    }

    /// How many jobs lie in the list of a queue.
    func waiting(in queue: String) async throws -> Int {
        try await withRedis { redis in
            Int(try await redis.send(RedisCommand("LLEN", .init("cw:{\(queue)}:ready"))).int ?? -1)
        }
    }

    /// How many jobs of a queue are claimed and not acknowledged, by whomever.
    func claimed(in queue: String) async throws -> Int {
        try await withRedis { redis in
            var count = 0
            let keys = try await redis.send(RedisCommand("KEYS", .init("cw:{\(queue)}:claims:*"))).elements ?? []
            for key in keys.compactMap(\.text) {
                count += Int(try await redis.send(RedisCommand("HLEN", .init(key))).int ?? 0)
            }
            return count
        }
    }

    /// Puts more copies of all jobs that wait in the list of a queue beside them.
    func multiplyWaiting(in queue: String, by count: Int) async throws {
        try await withRedis { redis in
            let list = "cw:{\(queue)}:ready"
            for job in try await redis.send(RedisCommand("LRANGE", .init(list), "0", "-1")).elements?.compactMap(
                \.bytes) ?? []
            {
                for _ in 1..<count { _ = try await redis.send(RedisCommand("LPUSH", .init(list), .init(job))) }
            }
        }
    }

    /// A connection to the shop's Redis, for as long as `body` takes.
    func withRedis<Value>(_ body: (RedisClient) async throws -> Value) async throws -> Value {
        let redis = RedisClient(try RedisConfiguration(url: redisServer.url), logger: database.logger)
        do {
            let value = try await body(redis)
            await redis.close()
            return value
        } catch {
            await redis.close()
            throw error
        }
    }

    /// The end of each row of the matrix: everything settled, the rules between the rows of the database, and the
    /// provider's books against ours.
    func settleUp(within patience: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        try await waitUntilSettled(within: patience)
        try await checkEverythingAddsUp(sourceLocation: sourceLocation)
    }
}

extension Shop {
    /// A relay in front of PostgreSQL, and the setting that sends a process through it.
    func databaseProxy() throws -> (proxy: TCPProxy, settings: [String: String]) {
        guard var components = URLComponents(string: database.url) else {
            throw Failed(what: "not an address: \(database.url)")
        }
        let proxy = try TCPProxy(to: components.port ?? 5432)
        components.host = "127.0.0.1"
        components.port = proxy.port
        return (proxy, ["DATABASE_URL": components.string ?? database.url, "DATABASE_POOL_SIZE": "4"])
    }
}
