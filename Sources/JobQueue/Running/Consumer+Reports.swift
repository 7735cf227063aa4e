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
