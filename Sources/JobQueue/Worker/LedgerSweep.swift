import Foundation
import Logging
import Redis

/// Pushes what the ledger holds and Redis does not: jobs whose push a crash prevented, and all of them after Redis was
/// emptied.
///
/// Every worker process runs one, once a second; rows are taken with `SKIP LOCKED`, so they share the work.
struct LedgerSweep: Sendable {
    /// How long a job may be missing from its list before it counts as lost: longer than any push or ledger start
    /// takes.
    static let slack: Duration = .seconds(5)
    /// How long a worker process must be without a lease before its running jobs are taken; longer than a recovery
    /// through Redis.
    static let absence: Duration = .seconds(12)
    static let batch = 500

    let ledger: JobLedger
    let dispatcher: JobDispatcher
    let registry: JobRegistry
    let consumers: [Consumer]
    let progress: ProgressReporter
    let retention: Duration
    let logger: Logger
    private var queues: [QueueKeys] { consumers.map(\.keys) }

    func run() async {
        var absentSince: [ProcessID: ContinuousClock.Instant] = [:]
        var maintenanceDue = ContinuousClock.now
        var mirrored: (settings: [QueueName: StoredQueueSettings], at: ContinuousClock.Instant)?
        while !Task.isCancelled {
            if maintenanceDue <= .now {
                maintenanceDue = .now + .seconds(60)
                await guarded("maintain the ledger") {
                    try await ledger.register(queues.map(\.queue))
                    for keys in queues {
                        _ = try await ledger.unpark(queue: keys.queue, kinds: registry.kinds(of: keys.queue))
                    }
                    try await ledger.maintainPartitions(retention: retention)
                    maintenanceDue = .now + .seconds(3600)
                }
            }
            await guarded("mirror the queues' settings") { try await mirrorSettings(&mirrored) }
            await guarded("sweep the ledger") { try await sweep(absentSince: &absentSince) }
            await progress.flush()
            await guarded("look for canceled jobs") { try await stopCanceled() }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Looks into PostgreSQL each second. Redis may have been emptied at any time, so copies of what is set are looked
    /// at each second too; of queues for which nothing is set only when that has changed, and every minute.
    private func mirrorSettings(
        _ mirrored: inout (settings: [QueueName: StoredQueueSettings], at: ContinuousClock.Instant)?
    ) async throws {
        let settings = try await ledger.queueSettings()
        let isDue = mirrored.map { .now - $0.at >= .seconds(60) } ?? true
        let all = queues.compactMap { keys -> (QueueKeys, StoredQueueSettings)? in
            guard let stored = settings[keys.queue], dispatcher.redis.isConnected(for: keys.settings) else {
                return nil
            }
            let isSet = stored.settings != QueueSettings()
            return isDue || isSet || mirrored?.settings[keys.queue] != stored ? (keys, stored) : nil
        }
        guard !all.isEmpty else { return }
        try await QueueSettingsMirror(redis: dispatcher.redis).write(Dictionary(uniqueKeysWithValues: all))
        mirrored = (settings, isDue ? .now : mirrored?.at ?? .now)
    }

    /// Stops running jobs that an operator has canceled.
    private func stopCanceled() async throws {
        let busy = consumers.filter(\.isBusy)
        guard !busy.isEmpty else { return }
        for request in try await ledger.cancelRequests(processes: busy.map(\.process)) {
            for consumer in busy { consumer.running.cancel(request.id, epoch: request.epoch) }
        }
    }

    private func sweep(absentSince: inout [ProcessID: ContinuousClock.Instant]) async throws {
        // Redis is asked only about queues in which something may be wrong: an idle worker leaves it alone.
        for anomaly in try await ledger.anomalies(queues: queues.map(\.queue), slack: Self.slack) {
            guard let keys = queues.first(where: { $0.queue == anomaly.queue }),
                dispatcher.redis.isConnected(for: keys.ready)
            else {
                continue
            }
            // A queue whose master is away must not hold up the others.
            await guarded("sweep the ledger's jobs of \(keys.queue)") {
                let oldest = try await oldestWaiting(keys)
                if anomaly.hasOverdue { try await pushLost(keys, oldestWaiting: oldest) }
                for process in anomaly.processes {
                    try await pushOrphaned(of: process, keys, oldestWaiting: oldest, absentSince: &absentSince)
                }
            }
        }
        absentSince = absentSince.filter { .now - $0.value < .seconds(600) }
    }

    private func pushLost(_ keys: QueueKeys, oldestWaiting: Date?) async throws {
        var lost: [LostJob]
        repeat {
            lost = try await ledger.takeLost(
                queue: keys.queue, oldestWaiting: oldestWaiting, slack: Self.slack, limit: Self.batch)
            try await push(lost, keys)
        } while lost.count == Self.batch && !Task.isCancelled
    }

    private func pushOrphaned(
        of process: ProcessID, _ keys: QueueKeys, oldestWaiting: Date?,
        absentSince: inout [ProcessID: ContinuousClock.Instant]
    ) async throws {
        let lease = try await dispatcher.redis.send(RedisCommand("ZSCORE", .init(keys.leases), .init(process.rawValue)))
        guard lease == .null else {
            absentSince[process] = nil
            return
        }
        let since = absentSince[process] ?? .now
        absentSince[process] = since
        guard .now - since >= Self.absence else { return }
        let orphans = try await ledger.takeOrphaned(
            queue: keys.queue, process: process, oldestWaiting: oldestWaiting, slack: Self.absence, limit: Self.batch)
        try await push(orphans, keys)
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
        logger.notice(
            "pushed jobs that Redis did not hold", metadata: ["queue": "\(keys.queue)", "jobs": "\(jobs.count)"])
    }

    /// When the oldest job in the list was pushed; nil when the list is empty. The last few elements are read: a mere
    /// wake-up has no time, an ephemeral job that is tried again tells when it was new and not when it was pushed, and
    /// a recovered job stands at the head with the time of its first push. Where none of them tells a time, the distant
    /// past: then nothing counts as lost.
    private func oldestWaiting(_ keys: QueueKeys) async throws -> Date? {
        let tail =
            try await dispatcher.redis.send(RedisCommand("LRANGE", .init(keys.ready), .init(-5), .init(-1))).elements
            ?? []
        guard !tail.isEmpty else { return nil }
        let told = tail.compactMap { $0.bytes.flatMap(Envelope.init) }.filter { $0.isDurable || $0.attempts == 0 }
        let oldest = told.map(\.enqueuedAt).min() ?? 0
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
