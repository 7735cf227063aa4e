import Logging
import Redis
import Threading

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Renews the leases of this process, and stops handlers at their time limit, from a thread of its own: handlers that hog every thread of
/// Swift's pool must cost neither.
actor LeaseKeeper {
    private let thread: ThreadExecutor
    private let redis: RedisClient
    private let consumers: [Consumer]
    private let logger: Logger

    init(redis: RedisClient, consumers: [Consumer], logger: Logger) {
        self.thread = ThreadExecutor(name: "lease-keeper")
        self.redis = redis
        self.consumers = consumers
        self.logger = logger
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Looks after the leases four times a second until cancelled.
    func run() async {
        while !Task.isCancelled {
            for consumer in consumers { await tend(consumer) }
            // Blocks this actor's own thread, which has nothing else to do.
            usleep(250_000)
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
            logger.error("the lease has lapsed: stopping the running jobs", metadata: ["queue": "\(consumer.keys.queue)"])
            consumer.leaseLapsed(process)
        case .renew:
            guard redis.isConnected(for: consumer.keys.leases) else { return }
            do {
                let keys = consumer.keys
                let reply = try await redis.evaluate(
                    QueueScripts.renew, keys: [keys.leases, keys.delayed, keys.ready],
                    arguments: [.init(process.rawValue), .init(LeaseState.duration.milliseconds)])
                let untilDue = reply.int.flatMap { $0 < 0 ? nil : Duration.milliseconds($0) }
                consumer.leaseRenewed(process, sentAt: now, nextDue: untilDue.map { now + $0 })
            } catch {
                logger.warning("could not renew the lease", metadata: ["queue": "\(consumer.keys.queue)", "error": "\(error)"])
            }
        }
    }
}
