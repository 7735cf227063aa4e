import Logging
import Redis

/// Once a second, takes the jobs of processes whose lease has lapsed back to the head of their list.
struct RecoverySweep: Sendable {
    let redis: RedisClient
    let queues: [QueueKeys]
    let logger: Logger

    func run() async {
        while !Task.isCancelled {
            for keys in queues where redis.isConnected(for: keys.leases) { await sweep(keys) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func sweep(_ keys: QueueKeys) async {
        do {
            let lapsed = try await redis.evaluate(QueueScripts.lapsed, keys: [keys.leases], arguments: []).elements ?? []
            for process in lapsed.compactMap(\.text).map(ProcessID.init(rawValue:)) {
                let count = try await Reclaim.all(of: process, keys: keys, redis: redis, reason: .lapsed)
                guard count.taken + count.quarantined > 0 else { continue }
                JobMetrics.recovered(keys.queue, count: count.taken)
                logger.warning(
                    "recovered the jobs of a process that died",
                    metadata: [
                        "queue": "\(keys.queue)", "process": "\(process)", "jobs": "\(count.taken)", "quarantined": "\(count.quarantined)",
                    ])
            }
        } catch {
            logger.warning("could not sweep lapsed leases", metadata: ["queue": "\(keys.queue)", "error": "\(error)"])
        }
    }
}
