import Foundation
import Redis

@testable import JobQueue

/// Claimers without a worker around them: for what only a crowd of claims at the very same moment can show.
struct Claimers: Sendable {
    private let redis: [RedisClient]
    private let processes: [ProcessID]
    private let keys: QueueKeys

    /// So many claimers over ten connections.
    init(_ count: Int, arena: Arena, queue: QueueName) throws {
        let configuration = try RedisConfiguration(url: arena.redisURL)
        redis = (0..<10).map { _ in RedisClient(configuration, logger: Arena.quietLogger) }
        processes = (0..<count).map { _ in ProcessID.new() }
        keys = QueueKeys(prefix: arena.prefix, queue: queue)
    }

    /// Pushes one job that only exists in Redis, lets all claim at once, and returns what they got.
    func round(of arena: Arena) async throws -> [JobID] {
        let id = try await arena.dispatcher.enqueueEphemeral(ClaimedTick())
        let got = try await withThrowingTaskGroup(of: [JobID].self) { group in
            for index in processes.indices {
                group.addTask { try await claim(processes[index], redis[index % redis.count]) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return got == [id] ? [] : got + [id]
    }

    private func claim(_ process: ProcessID, _ redis: RedisClient) async throws -> [JobID] {
        let reply = try await redis.evaluate(
            QueueScripts.claim, keys: keys.forClaim(process),
            arguments: QueueScripts.claimArguments(process: process, free: 10, acknowledge: []))
        return try ClaimReply(reply).claims.compactMap { $0.envelope?.id }
    }

    func close() async {
        for client in redis { await client.close() }
    }
}

/// A job on a queue that no worker serves.
struct ClaimedTick: Job {
    static let name = "conformance.claimed"
    static let queue: QueueName = "claimed"
    static let retry: RetryPolicy = .never
}
