import Foundation
import Logging
import Redis

/// Pushes what the ledger holds and Redis does not: jobs whose push a crash prevented, and all of them after Redis was emptied.
///
/// Every worker process runs one, once a second; rows are taken with `SKIP LOCKED`, so they share the work.
struct LedgerSweep: Sendable {
    /// How long a job may be missing from its list before it counts as lost: longer than any push or ledger start takes.
    static let slack: Duration = .seconds(5)
    /// How long a worker process must be without a lease before its running jobs are taken; longer than a recovery through Redis.
    static let absence: Duration = .seconds(12)
    static let batch = 500

    let ledger: JobLedger
    let dispatcher: JobDispatcher
    let registry: JobRegistry
    let queues: [QueueKeys]
    let retentionDays: Int
    let logger: Logger

    func run() async {
        var absentSince: [ProcessID: ContinuousClock.Instant] = [:]
        var maintenanceDue = ContinuousClock.now
        while !Task.isCancelled {
            if maintenanceDue <= .now {
                maintenanceDue = .now + .seconds(60)
                await guarded("maintain the ledger") {
                    for keys in queues { _ = try await ledger.unpark(queue: keys.queue, kinds: registry.kinds(of: keys.queue)) }
                    try await ledger.maintainPartitions(retentionDays: retentionDays)
                    maintenanceDue = .now + .seconds(3600)
                }
            }
            for keys in queues where dispatcher.redis.isConnected(for: keys.ready) {
                await guarded("sweep the ledger") { try await sweep(keys, absentSince: &absentSince) }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func sweep(_ keys: QueueKeys, absentSince: inout [ProcessID: ContinuousClock.Instant]) async throws {
        let oldest = try await oldestWaiting(keys)
        var lost: [LostJob]
        repeat {
            lost = try await ledger.takeLost(queue: keys.queue, oldestWaiting: oldest, slack: Self.slack, limit: Self.batch)
            try await push(lost, keys)
        } while lost.count == Self.batch && !Task.isCancelled

        for process in try await ledger.processes(queue: keys.queue) {
            let lease = try await dispatcher.redis.send(RedisCommand("ZSCORE", .init(keys.leases), .init(process.rawValue)))
            guard lease == .null else {
                absentSince[process] = nil
                continue
            }
            let since = absentSince[process] ?? .now
            absentSince[process] = since
            guard .now - since >= Self.absence else { continue }
            let orphans = try await ledger.takeOrphaned(
                queue: keys.queue, process: process, oldestWaiting: oldest, slack: Self.absence, limit: Self.batch)
            try await push(orphans, keys)
        }
        absentSince = absentSince.filter { .now - $0.value < .seconds(600) }
    }

    private func push(_ jobs: [LostJob], _ keys: QueueKeys) async throws {
        guard !jobs.isEmpty else { return }
        try await dispatcher.push(
            jobs.map { job in
                JobDispatcher.Copy(
                    queue: keys.queue, runAt: nil,
                    envelope: Envelope(
                        id: job.id, name: job.name, version: job.version, enqueuedAt: job.dispatchAt,
                        superseded: job.superseded.map { [$0] } ?? [], isDurable: true))
            })
        JobMetrics.repushed(keys.queue, count: jobs.count)
        logger.notice("pushed jobs that Redis did not hold", metadata: ["queue": "\(keys.queue)", "jobs": "\(jobs.count)"])
    }

    /// When the oldest job in the list was pushed; nil when the list is empty. The last few elements are read: a mere wake-up has no time,
    /// and a recovered job stands at the head with the time of its first push. Where none of them tells a time, the distant past: then
    /// nothing counts as lost.
    private func oldestWaiting(_ keys: QueueKeys) async throws -> Date? {
        let tail = try await dispatcher.redis.send(RedisCommand("LRANGE", .init(keys.ready), .init(-5), .init(-1))).elements ?? []
        guard !tail.isEmpty else { return nil }
        let oldest = tail.compactMap { $0.bytes.flatMap(Envelope.init)?.enqueuedAt }.min() ?? 0
        return Date(timeIntervalSince1970: Double(oldest) / 1000)
    }

    private func guarded(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.warning("could not \(what)", metadata: ["error": "\(error)"])
        }
    }
}
