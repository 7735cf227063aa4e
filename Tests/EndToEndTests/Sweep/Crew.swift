import Redis
import Synchronization
import TestSupport

/// The processes of a shop under attack: whatever is killed is started again.
final class Crew: Sendable {
    private struct Members {
        var sandbox: ManagedProcess
        var api: ManagedProcess
        var workers: [ManagedProcess]
    }

    private let shop: Shop
    private let members: Mutex<Members>

    /// Starts all of it, with two workers.
    init(_ shop: Shop) async throws {
        self.shop = shop
        let sandbox = try await shop.startSandbox()
        let api = try await shop.startAPI()
        let workers = [try await shop.startWorker(), try await shop.startWorker()]
        members = Mutex(Members(sandbox: sandbox, api: api, workers: workers))
    }

    /// Kills and starts again, and returns when that is done.
    func strike(_ blow: MoneyRound.Blow) async throws {
        switch blow.victim {
        case .api:
            try await kill(members.withLock(\.api), blow)
            let next = try await shop.startAPI()
            members.withLock { $0.api = next }
        case .sandbox:
            try await kill(members.withLock(\.sandbox), blow)
            let next = try await shop.startSandbox()
            members.withLock { $0.sandbox = next }
        case .worker:
            let worker = members.withLock { $0.workers.removeFirst() }
            try await kill(worker, blow)
            try await shop.hurryLapse(of: worker)
            let next = try await shop.startWorker()
            members.withLock { $0.workers.append(next) }
        case .redis:
            try await shop.redisServer.kill()
            try await letTimePass(blow.absence, because: "the round's plan says how long it is away")
            try await shop.redisServer.restart()
        case .memory:
            try await shop.withRedis { redis in _ = try await redis.send(RedisCommand("FLUSHALL")) }
        }
    }

    private func kill(_ process: ManagedProcess, _ blow: MoneyRound.Blow) async throws {
        process.kill()
        try await process.waitForExit()
        try await letTimePass(blow.absence, because: "the round's plan says how long it is away")
    }

    /// Ends all of it as an operator would; each ends in order.
    func retire() async throws {
        let all = members.withLock { $0.workers + [$0.api, $0.sandbox] }
        for process in all { process.terminate() }
        for process in all {
            let exit = try await process.waitForExit(within: .seconds(30))
            guard exit == .code(0) else { throw Shop.Failed(what: "ended with \(exit): \(process.log.suffix(3000))") }
        }
    }
}
