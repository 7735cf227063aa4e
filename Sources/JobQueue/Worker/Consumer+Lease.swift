import Logging
import Redis
import Synchronization

/// What the executor reports of the claims it works on.
extension Consumer {
    func started(_ epoch: Int64) {
        life.withLock { $0.state.started(epoch) }
    }

    func finished(_ epoch: Int64, acknowledge: Bool) {
        report { $0.state.finished(epoch, acknowledge: acknowledge) }
    }

    var isAbandoned: Bool { life.withLock { $0.state.isAbandoned } }
    var isBusy: Bool { life.withLock { !$0.state.claims.isEmpty } }
    var process: ProcessID { life.withLock { $0.process } }
}

/// What the ``LeaseKeeper`` does with it.
extension Consumer {
    /// A job that came due while all slots are taken counts as a reason to renew: the renewal promotes it for
    /// a process with a free slot.
    func leaseAction(at now: ContinuousClock.Instant) -> (process: ProcessID, action: LeaseState.Action) {
        life.withLock { life in
            let action = life.lease.action(at: now)
            return (life.process, action == .nothing && life.state.free == 0 && life.isDue(at: now) ? .renew : action)
        }
    }

    /// - Parameters:
    ///   - holding: how many claims Redis has filed for the process.
    ///   - inbox: how many jobs the blocking wake-up has moved for it that are not claimed yet.
    func leaseRenewed(
        _ process: ProcessID, sentAt sent: ContinuousClock.Instant, nextDue: ContinuousClock.Instant?, holding: Int,
        inbox: Int
    ) {
        report { life in
            guard life.process == process else { return }
            life.lease.renewed(sentAt: sent)
            life.nextDue = nextDue
            life.state.audited(holding: holding, inbox: inbox)
        }
    }

    func leaseLapsed(_ process: ProcessID) {
        report { life in
            if life.process == process { life.state.abandon(.leaseLapsed) }
        }
    }
}

/// How a consumer leaves so that nothing waits for its lease to lapse.
extension Consumer {
    /// Out of time: started jobs go back to `ready` in the ledger, all claims to the head of the list.
    func release(_ claims: [Int64: ConsumerState.Claim], process: ProcessID) async {
        let started = claims.filter { $0.value.isDurable && $0.value.isStarted }.map {
            (id: $0.value.id, epoch: $0.key)
        }
        do {
            // A hurried shutdown must still release its jobs, though its own task is canceled already; and it is
            // waited for right here.
            try await Task { try await ledger.release(started) }.value
        } catch {
            logger.warning(
                "could not release jobs in the ledger; they restart when the lease lapses",
                metadata: ["error": "\(error)"])
            return
        }
        await reclaimOwn(process: process)
        logger.notice("gave unfinished jobs back", metadata: ["jobs": "\(claims.count)"])
    }

    /// Hands back the lease with all claims and what lies in the inbox, once no wake-up can add to it any more.
    func reclaimOwn(process: ProcessID) async {
        await blocking.close()
        do {
            _ = try await Reclaim.all(of: process, keys: keys, redis: redis, reason: .retired)
        } catch {
            logger.warning(
                "could not hand back claims; another worker takes them when the lease lapses",
                metadata: ["error": "\(error)"])
        }
    }
}
