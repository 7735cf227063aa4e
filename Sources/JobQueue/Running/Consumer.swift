import Foundation
import Logging
import Redis
import Synchronization

/// Runs the jobs of one queue in this process: claims, hands to the ``JobExecutor``, acknowledges in the next claim.
///
/// One *life* of a consumer is one lease: when it lapses, the running jobs are stopped, nothing more is acknowledged, and a new life
/// begins under a new ``ProcessID``.
final class Consumer: Sendable {
    let keys: QueueKeys
    let concurrency: Int
    private let redis: RedisClient
    private let blocking: RedisBlockingConnection
    private let executor: JobExecutor
    private let ledger: JobLedger
    private let logger: Logger
    private let life: Mutex<Life>

    /// What changes during one lease.
    struct Life: Sendable {
        let process: ProcessID
        var state: ConsumerState
        var lease: LeaseState
        /// When the next delayed job is due, by our monotonic clock.
        var nextDue: ContinuousClock.Instant?
        var isPaused = false
        let signal = Signal()
        let listen = Signal()
    }

    init(
        keys: QueueKeys, concurrency: Int, redis: RedisClient, blocking: RedisBlockingConnection, executor: JobExecutor, ledger: JobLedger,
        logger: Logger
    ) {
        self.keys = keys
        self.concurrency = concurrency
        self.redis = redis
        self.blocking = blocking
        self.executor = executor
        self.ledger = ledger
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

    /// A wake-up that was under way when the lease lapsed may have moved a job to the former life's inbox after others had emptied it.
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

    /// Gives the running jobs back and stops them.
    func giveUp() {
        report { $0.state.abandon(.outOfTime) }
    }

    private enum Ending { case drained, leaseLapsed }

    private func live() async -> Ending {
        let (process, signal, listen) = life.withLock { ($0.process, $0.signal, $0.listen) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listenForJobs(process: process, armed: listen) }
            let ending = await self.runJobs(process: process, signal: signal, listen: listen)
            listen.end()
            group.cancelAll()
            return ending
        }
    }

    private func runJobs(process: ProcessID, signal: Signal, listen: Signal) async -> Ending {
        await withDiscardingTaskGroup(returning: Ending.self) { jobs in
            while true {
                switch life.withLock({ $0.state.next() }) {
                case .claim(let free, let acknowledge):
                    let batch = await claim(free: free, acknowledge: acknowledge, process: process)
                    if !batch.isEmpty {
                        jobs.addTask { await self.executor.execute(batch, process: process, keys: self.keys, claims: self) }
                    }
                case .reconcile:
                    await reconcile(process: process)
                case .wait(let wantsJobs):
                    if wantsJobs { listen.raise() }
                    _ = await signal.wait()
                case .finish:
                    await reclaimOwn(process: process)
                    return .drained
                case .abandon(let reason):
                    // What runs now is looked up before the handlers, cancelled, take themselves off the books.
                    let claims = life.withLock { $0.state.claims }
                    jobs.cancelAll()
                    guard reason == .outOfTime else { return .leaseLapsed }
                    await giveBack(claims, process: process)
                    return .drained
                }
            }
        }
    }

    // MARK: Claiming

    private func claim(free: Int, acknowledge: [Int64], process: ProcessID) async -> [ClaimedJob] {
        let sent = ContinuousClock.now
        do {
            let value = try await redis.evaluate(
                QueueScripts.claim,
                keys: [keys.ready, keys.delayed, keys.leases, keys.claims(process), keys.inbox(process), keys.epoch, keys.paused],
                arguments: [.init(process.rawValue), .init(Int(LeaseState.duration.milliseconds)), .init(free)]
                    + acknowledge.map { .init(Int($0)) })
            let reply = try ClaimReply(value)
            JobMetrics.fenced(keys.queue, count: reply.fenced.count)
            let jobs = reply.claims.map { ClaimedJob(epoch: $0.epoch, body: $0.body) }
            life.withLock { life in
                life.lease.renewed(sentAt: sent)
                life.isPaused = reply.waiting == nil
                life.nextDue = reply.nextDue.map { sent + .milliseconds(max(0, $0 - reply.serverTime)) }
                life.state.claimed(jobs.map { ($0.epoch, $0.claim) }, waiting: (reply.waiting ?? 0) > 0)
            }
            return jobs
        } catch {
            life.withLock { $0.state.claimFailed(acknowledge: acknowledge, maybeExecuted: error.maybeExecuted) }
            logger.warning("could not claim", metadata: ["error": "\(error)"])
            try? await Task.sleep(for: .milliseconds(Int.random(in: 100...300)))
            return []
        }
    }

    /// Puts back what a claim whose answer was lost has taken in our name.
    private func reconcile(process: ProcessID) async {
        do {
            let held = try await redis.send(RedisCommand("HKEYS", .init(keys.claims(process)))).elements ?? []
            let epochs = held.compactMap { $0.text.flatMap { Int64($0) } }
            let unknown = life.withLock { $0.state.reconciled(held: epochs) }
            for epoch in unknown {
                _ = try await redis.evaluate(
                    QueueScripts.putBack, keys: [keys.claims(process), keys.ready], arguments: [.init(Int(epoch))])
            }
            if !unknown.isEmpty { logger.notice("put back claims whose reply was lost", metadata: ["jobs": "\(unknown.count)"]) }
        } catch {
            life.withLock { $0.state.claimFailed(acknowledge: [], maybeExecuted: true) }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 100...300)))
        }
    }

    /// Waits at Redis, whenever asked to, until a job is pushed, one comes due, or two seconds have passed.
    private func listenForJobs(process: ProcessID, armed: Signal) async {
        while await armed.wait() {
            let (wait, isPaused) = life.withLock { life in
                let untilDue = life.nextDue.map { max(.milliseconds(1), $0 - .now) } ?? .seconds(2)
                return (min(untilDue, .seconds(2)), life.isPaused)
            }
            do {
                if isPaused {
                    try await Task.sleep(for: .milliseconds(500))
                } else {
                    let seconds = Double(wait.milliseconds + 1) / 1000
                    _ = try await blocking.send(
                        RedisCommand(
                            "BLMOVE", .init(keys.ready), .init(keys.inbox(process)), .init("RIGHT"), .init("LEFT"), .init("\(seconds)")),
                        timeout: wait + .milliseconds(1))
                }
            } catch {
                if Task.isCancelled { return }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 100...500)))
            }
            // A wish to listen that was uttered meanwhile did not know what the claim that follows now will find out: when the next job
            // is due. The consumer utters it again after that claim.
            armed.lower()
            report { $0.state.wake() }
        }
    }

    // MARK: Leaving

    /// Out of time: started jobs go back to `ready` in the ledger, all claims to the head of the list.
    private func giveBack(_ claims: [Int64: ConsumerState.Claim], process: ProcessID) async {
        let started = claims.filter { $0.value.isDurable && $0.value.isStarted }.map { (id: $0.value.id, epoch: $0.key) }
        do {
            // Giving back is what a hurried shutdown must still do, though its own task is cancelled already; and it is waited for right here.
            try await Task { try await ledger.release(started) }.value
        } catch {
            logger.warning("could not give jobs back in the ledger; they restart when the lease lapses", metadata: ["error": "\(error)"])
            return
        }
        await reclaimOwn(process: process)
        logger.notice("gave unfinished jobs back", metadata: ["jobs": "\(claims.count)"])
    }

    /// Hands back the lease with all claims and what lies in the inbox, once no wake-up can add to it any more.
    private func reclaimOwn(process: ProcessID) async {
        await blocking.close()
        do {
            _ = try await Reclaim.all(of: process, keys: keys, redis: redis, reason: .retired)
        } catch {
            logger.warning("could not hand back claims; another worker takes them when the lease lapses", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ change: (inout Life) -> Void) {
        let signal = life.withLock { life in
            change(&life)
            return life.signal
        }
        signal.raise()
    }
}

/// What the executor reports of the claims it works on.
extension Consumer {
    func started(_ epoch: Int64) {
        life.withLock { $0.state.started(epoch) }
    }

    func finished(_ epoch: Int64, acknowledge: Bool) {
        report { $0.state.finished(epoch, acknowledge: acknowledge) }
    }

    var isAbandoned: Bool { life.withLock { $0.state.isAbandoned } }
}

/// What the ``LeaseKeeper`` does with it.
extension Consumer {
    func leaseAction(at now: ContinuousClock.Instant) -> (process: ProcessID, action: LeaseState.Action) {
        life.withLock { ($0.process, $0.lease.action(at: now)) }
    }

    func leaseRenewed(_ process: ProcessID, sentAt sent: ContinuousClock.Instant) {
        life.withLock { life in
            if life.process == process { life.lease.renewed(sentAt: sent) }
        }
    }

    func leaseLapsed(_ process: ProcessID) {
        report { life in
            if life.process == process { life.state.abandon(.leaseLapsed) }
        }
    }
}
