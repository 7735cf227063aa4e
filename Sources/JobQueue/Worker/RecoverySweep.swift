import Arithmetic
import Logging
import Redis

/// Takes the jobs of processes whose lease has lapsed back to the head of their list.
///
/// It looks when the next lease would lapse, and not more often: a living process has renewed its lease by then, and a
/// new one's lasts longer than the wait.
struct RecoverySweep: Sendable {
    let redis: RedisClient
    let queues: [QueueKeys]
    let logger: Logger

    /// The longest wait; a lease lasts longer.
    private static let longest: Duration = .seconds(6)
    /// Past the moment of the lapse, so that one look suffices.
    private static let margin: Duration = .milliseconds(20)

    func run() async {
        var due = Dictionary(uniqueKeysWithValues: queues.map { ($0.queue, ContinuousClock.now) })
        while !Task.isCancelled {
            for keys in queues where due[keys.queue].map({ $0 <= .now }) ?? true {
                due[keys.queue] = .now + (redis.isConnected(for: keys.leases) ? await sweep(keys) : .milliseconds(500))
            }
            let next = due.values.min() ?? .now + Self.longest
            try? await Task.sleep(until: next)
        }
    }

    /// Returns how long it is until the next look.
    private func sweep(_ keys: QueueKeys) async -> Duration {
        do {
            let reply = try await redis.evaluate(QueueScripts.lapsed, keys: [keys.leases], arguments: []).elements ?? []
            for process in reply.dropFirst().compactMap(\.text).map(ProcessID.init(rawValue:)) {
                let count = try await Reclaim.all(of: process, keys: keys, redis: redis, reason: .lapsed)
                guard count.taken > 0 || count.quarantined > 0 else { continue }
                JobMetrics.recovered(keys.queue, count: count.taken)
                logger.warning(
                    "recovered jobs of a crashed worker",
                    metadata: [
                        "queue": "\(keys.queue)", "process": "\(process)", "jobs": "\(count.taken)",
                        "quarantined": "\(count.quarantined)",
                    ])
            }
            guard let next = reply.first?.int, next >= 0 else { return Self.longest }
            return min(.milliseconds(next) + Self.margin, Self.longest)
        } catch {
            logger.warning("could not sweep lapsed leases", metadata: ["queue": "\(keys.queue)", "error": "\(error)"])
            return .seconds(1)
        }
    }
}

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
