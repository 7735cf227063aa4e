import Arithmetic
import Foundation
import Logging
import Redis
import Synchronization

/// Runs the jobs of one queue in this process: claims, hands to the ``JobExecutor``, acknowledges in the next claim.
///
/// One *life* of a consumer is one lease: when it lapses, the running jobs are stopped, nothing more is acknowledged,
/// and a new life begins under a new ``ProcessID``.
final class Consumer: Sendable {
    let keys: QueueKeys
    let concurrency: Int
    let redis: RedisClient
    let blocking: RedisBlockingConnection
    let executor: JobExecutor
    let ledger: JobLedger
    let gate: (any QueueGate)?
    let logger: Logger
    let running = RunningJobs()
    let life: Mutex<Life>

    /// What changes during one lease.
    struct Life: Sendable {
        let process: ProcessID
        var state: ConsumerState
        var lease: LeaseState
        /// When the next delayed job is due, by our monotonic clock.
        var nextDue: ContinuousClock.Instant?
        var isPaused = false
        /// Until when the queue's rate limit, or its gate, lets no job through.
        var throttledUntil: ContinuousClock.Instant?
        let signal = Signal()
        let listen = Signal()
    }

    init(
        keys: QueueKeys, concurrency: Int, redis: RedisClient, blocking: RedisBlockingConnection, executor: JobExecutor,
        ledger: JobLedger,
        gate: (any QueueGate)? = nil, logger: Logger
    ) {
        self.keys = keys
        self.concurrency = concurrency
        self.redis = redis
        self.blocking = blocking
        self.executor = executor
        self.ledger = ledger
        self.gate = gate
        self.logger = logger
        self.life = Mutex(Self.newLife(concurrency: concurrency, isDraining: false))
    }

    private static func newLife(concurrency: Int, isDraining: Bool) -> Life {
        var state = ConsumerState(concurrency: concurrency)
        if isDraining { state.drain() }
        return Life(process: .new(), state: state, lease: LeaseState(renewedAt: .now))
    }

    /// Claims and runs jobs until drained.
    func run() async {
        while await live() == .leaseLapsed {
            JobMetrics.leaseLapsed(keys.queue)
            let isDraining = wantsDrain.withLock { $0 }
            let former = life.withLock { life in
                defer { life = Self.newLife(concurrency: concurrency, isDraining: isDraining) }
                return life.process
            }
            await leaveToOthers(former)
        }
        await blocking.close()
    }

    /// A wake-up that was under way when the lease lapsed may have moved a job to the former life's inbox after others
    /// had emptied it.
    /// A lease that lapsed long ago makes them look again.
    private func leaveToOthers(_ former: ProcessID) async {
        do {
            _ = try await redis.send(RedisCommand("ZADD", .init(keys.leases), "NX", "0", .init(former.rawValue)))
        } catch {
            logger.warning("could not point others to the former lease", metadata: ["error": "\(error)"])
        }
    }

    private let wantsDrain = Mutex(false)

    /// Stops claiming; ``run()`` returns when the running jobs have finished.
    func drain() {
        wantsDrain.withLock { $0 = true }
        report { $0.state.drain() }
    }

    /// Lets ``run()`` return when there is nothing left to claim.
    func endWhenEmpty() {
        report { $0.state.endWhenEmpty() }
    }

    /// Gives the running jobs back and stops them.
    func giveUp() {
        report { $0.state.abandon(.outOfTime) }
    }

    private enum Ending { case drained, leaseLapsed }

    private func live() async -> Ending {
        let (process, signal, listen) = life.withLock { ($0.process, $0.signal, $0.listen) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listenForJobs(process: process, armed: listen) }
            group.addTask { await self.watchConnections() }
            let ending = await self.runJobs(process: process, signal: signal, listen: listen)
            listen.end()
            group.cancelAll()
            return ending
        }
    }

    /// A Redis that was restarted, or a replica in its place, may hold claims that we have acknowledged and no process
    /// would ever look at again.
    private func watchConnections() async {
        for await _ in redis.connections() { report { $0.state.reconnected() } }
    }

    private func runJobs(process: ProcessID, signal: Signal, listen: Signal) async -> Ending {
        await withDiscardingTaskGroup(returning: Ending.self) { jobs in
            while true {
                switch life.withLock({ $0.state.next() }) {
                case .claim(let free, let acknowledge):
                    let batch = await claim(free: free, acknowledge: acknowledge, process: process)
                    executor.execute(batch, process: process, consumer: self, in: &jobs)
                case .reconcile:
                    await reconcile(process: process)
                case .wait(let wantsJobs):
                    if wantsJobs { listen.raise() }
                    _ = await signal.wait()
                case .finish:
                    await reclaimOwn(process: process)
                    return .drained
                case .abandon(let reason):
                    // What runs now is looked up before the handlers, canceled, take themselves off the books.
                    let claims = life.withLock { $0.state.claims }
                    jobs.cancelAll()
                    guard reason == .outOfTime else { return .leaseLapsed }
                    await release(claims, process: process)
                    return .drained
                }
            }
        }
    }

    private func claim(free: Int, acknowledge: [Acknowledgement], process: ProcessID) async -> [ClaimedJob] {
        let (free, pause) = await permitted(free)
        let sent = ContinuousClock.now
        do {
            let value = try await redis.evaluate(
                QueueScripts.claim, keys: keys.forClaim(process),
                arguments: QueueScripts.claimArguments(process: process, free: free, acknowledge: acknowledge))
            let reply = try ClaimReply(value)
            JobMetrics.fenced(keys.queue, count: reply.fenced)
            life.withLock { life in
                life.lease.renewed(sentAt: sent)
                life.isPaused = reply.waiting == nil
                life.nextDue = reply.nextDue.map {
                    sent + .milliseconds(max(0, $0.saturatingSubtract(reply.serverTime)))
                }
                let throttled = [reply.throttled, pause].compactMap(\.self).max()
                life.throttledUntil = throttled.map { .now + $0 }
                let mayTakeMore = throttled == nil && (reply.waiting ?? 0) > 0
                life.state.claimed(
                    reply.claims.map { ($0.epoch, $0.claim) }, waiting: mayTakeMore, concurrency: reply.concurrency)
            }
            return reply.claims
        } catch {
            // A script that fails halfway keeps what it did before, and an answer that can't be read names claims all
            // the same.
            let maybeExecuted =
                switch error.code {
                case .server, .protocolViolation: true
                default: error.maybeExecuted
                }
            life.withLock { $0.state.claimFailed(acknowledge: acknowledge, maybeExecuted: maybeExecuted) }
            logger.warning("could not claim", metadata: ["error": "\(error)"])
            try? await Task.sleep(for: .milliseconds(Int.random(in: 100...300)))
            return []
        }
    }

    /// How many of the free slots the gate lets a claim fill, and after which time it wants to be asked again.
    private func permitted(_ free: Int) async -> (free: Int, pause: Duration?) {
        guard free > 0, let gate else { return (free, nil) }
        let allowance = await gate.allowance()
        return allowance.limiting(free: free, running: life.withLock { $0.state.claims.count })
    }

    /// Puts back what a claim whose answer was lost has taken in our name, and what Redis no longer knows to be
    /// acknowledged.
    private func reconcile(process: ProcessID) async {
        do {
            let held = try await redis.send(RedisCommand("HKEYS", .init(keys.claims(process)))).elements ?? []
            let epochs = held.compactMap { $0.text.flatMap { Int64($0) } }
            let unknown = life.withLock { $0.state.reconciled(held: epochs) }
            for epoch in unknown {
                _ = try await redis.evaluate(
                    QueueScripts.putBack, keys: [keys.claims(process), keys.ready], arguments: [.init(Int(epoch))])
            }
            if !unknown.isEmpty {
                logger.notice("put back claims that no job here works on", metadata: ["jobs": "\(unknown.count)"])
            }
        } catch {
            life.withLock { $0.state.claimFailed(acknowledge: [], maybeExecuted: true) }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 100...300)))
        }
    }

    /// Changes the books and wakes the loop that reads them.
    func report(_ change: (inout Life) -> Void) {
        let signal = life.withLock { life in
            change(&life)
            return life.signal
        }
        signal.raise()
    }
}
