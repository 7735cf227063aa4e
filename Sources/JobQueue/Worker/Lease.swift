import Logging
import Redis
import Threading

/// What a worker process knows of its own lease, by its own monotonic clock.
///
/// A lease is granted by Redis for ``duration`` of *server* time from the moment the renewal ran there. The process
/// counts from when it *sent* the renewal, which is earlier, so its view ends first: it stops before others may take
/// its jobs.
struct LeaseState: Sendable {
    /// How long a renewal lasts.
    static let duration: Duration = .seconds(8)
    /// How often it is renewed.
    static let renewalInterval: Duration = .seconds(2)

    private(set) var lastRenewal: ContinuousClock.Instant

    init(renewedAt: ContinuousClock.Instant) {
        self.lastRenewal = renewedAt
    }

    /// A renewal that was sent at `sent` has been confirmed. One that was sent after the lease had lapsed comes too
    /// late: others may have the jobs.
    mutating func renewed(sentAt sent: ContinuousClock.Instant) {
        guard sent - lastRenewal < Self.duration else { return }
        lastRenewal = max(lastRenewal, sent)
    }

    /// What to do at `now`.
    func action(at now: ContinuousClock.Instant) -> Action {
        let age = now - lastRenewal
        if age >= Self.duration { return .lapsed }
        return age >= Self.renewalInterval ? .renew : .nothing
    }

    enum Action: Hashable, Sendable {
        /// The lease is fresh.
        case nothing
        /// Time to renew.
        case renew
        /// Stop all jobs and acknowledge nothing: another process may have them.
        case lapsed
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Renews the leases of this process, and stops handlers at their time limit, from a thread of its own: handlers that
/// hog every thread of Swift's pool must cost neither.
struct LeaseKeeper: Sendable {
    private let redis: RedisClient
    private let consumers: [Consumer]
    private let logger: Logger

    init(redis: RedisClient, consumers: [Consumer], logger: Logger) {
        self.redis = redis
        self.consumers = consumers
        self.logger = logger
    }

    /// Looks after the leases four times a second until canceled.
    func run() async {
        let thread = TaskThread(name: "lease-keeper")
        await withTaskExecutorPreference(thread) {
            while !Task.isCancelled {
                for consumer in consumers { await tend(consumer) }
                // Blocks a thread that has nothing else to do.
                usleep(250_000)
            }
        }
        thread.stop()
    }

    private func tend(_ consumer: Consumer) async {
        let now = ContinuousClock.now
        consumer.running.stopOverdue(at: now)
        let (process, action) = consumer.leaseAction(at: now)
        switch action {
        case .nothing:
            return
        case .lapsed:
            logger.error(
                "the lease has lapsed: stopping the running jobs", metadata: ["queue": "\(consumer.keys.queue)"])
            consumer.leaseLapsed(process)
        case .renew:
            guard redis.isConnected(for: consumer.keys.leases) else { return }
            do {
                let keys = consumer.keys
                let reply =
                    try await redis.evaluate(
                        QueueScripts.renew,
                        keys: [keys.leases, keys.delayed, keys.ready, keys.claims(process), keys.inbox(process)],
                        arguments: [.init(process.rawValue), .init(LeaseState.duration.milliseconds)]
                    ).elements?.compactMap(\.int) ?? []
                guard reply.count == 3 else {
                    throw RedisError(code: .protocolViolation, message: "the script renew answered in an unknown form")
                }
                let nextDue = reply[0] < 0 ? nil : now + .milliseconds(reply[0])
                consumer.leaseRenewed(process, sentAt: now, nextDue: nextDue, holding: reply[1], inbox: reply[2])
            } catch {
                logger.warning(
                    "could not renew the lease", metadata: ["queue": "\(consumer.keys.queue)", "error": "\(error)"])
            }
        }
    }
}
