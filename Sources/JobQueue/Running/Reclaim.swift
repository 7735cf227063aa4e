internal import Arithmetic
import Redis

/// Takes all claims of one process back to the head of the list.
enum Reclaim {
    enum Reason: String { case lapsed, retired }

    struct Count: Sendable {
        var taken = 0
        var quarantined = 0
    }

    /// In steps of 500, so that no script holds up Redis for long.
    static func all(of process: ProcessID, keys: QueueKeys, redis: RedisClient, reason: Reason) async throws(RedisError)
        -> Count
    {
        var count = Count()
        while true {
            let reply = try await redis.evaluate(
                QueueScripts.reclaim,
                keys: [
                    keys.leases, keys.ready, keys.claims(process), keys.inbox(process), keys.dead, keys.bodies,
                    keys.unique, keys.delayed,
                ],
                arguments: [
                    .init(process.rawValue), .init(500), .init(reason.rawValue), .init(JobLedger.crashesAllowed),
                ])
            let parts = reply.elements?.compactMap(\.int) ?? []
            guard parts.count == 3 else {
                throw RedisError(code: .protocolViolation, message: "the reclaim script answered in an unknown form")
            }
            count.taken = count.taken.saturatingAdd(parts[0])
            count.quarantined = count.quarantined.saturatingAdd(parts[1])
            if parts[2] == 0 { return count }
        }
    }
}
