import Testing

@testable import JobQueue

@Suite("A consumer claims what it can start, and forgets no claim")
struct ConsumerStateTests {
    private func claim(_ epoch: Int64) -> (epoch: Int64, claim: ConsumerState.Claim) {
        (epoch, ConsumerState.Claim(id: .new(), isDurable: true))
    }

    @Test("only free slots are claimed for")
    func claimsOnlyFreeSlots() {
        var state = ConsumerState(concurrency: 3)
        #expect(state.next() == .claim(free: 3, acknowledge: []))
        state.claimed([claim(1), claim(2)], waiting: true)
        #expect(state.next() == .claim(free: 1, acknowledge: []))
        state.claimed([claim(3)], waiting: true)
        #expect(state.next() == .wait(listen: false))
    }

    @Test(
        "of many slots half are asked for at a time, and never more than a thousand",
        arguments: [(64, 64), (100, 64), (300, 150), (5000, 1000)])
    func claimsInHalves(concurrency: Int, expected: Int) {
        var state = ConsumerState(concurrency: concurrency)
        #expect(state.next() == .claim(free: expected, acknowledge: []))
        state.claimed((1...expected).map { claim(Int64($0)) }, waiting: true)
        let rest = min(concurrency - expected, expected)
        #expect(state.next() == (rest > 0 ? .claim(free: rest, acknowledge: []) : .wait(listen: false)))
    }

    @Test("finished jobs are acknowledged with the next claim")
    func acknowledgesWithTheNextClaim() {
        var state = ConsumerState(concurrency: 2)
        _ = state.next()
        state.claimed([claim(1), claim(2)], waiting: false)
        state.finished(1, acknowledge: true)
        state.finished(2, acknowledge: true)
        #expect(state.next() == .claim(free: 2, acknowledge: [.init(epoch: 1), .init(epoch: 2)]))
        state.claimed([], waiting: false)
        #expect(state.next() == .wait(listen: true))
    }

    @Test("what is pushed while a claim is under way is claimed next, whatever that claim's answer says")
    func wakeDuringAClaim() {
        var state = ConsumerState(concurrency: 2)
        #expect(state.next() == .claim(free: 2, acknowledge: []))
        state.wake()
        state.claimed([], waiting: false)
        #expect(state.next() == .claim(free: 2, acknowledge: []))
        state.claimed([], waiting: false)
        #expect(state.next() == .wait(listen: true))
        // The same while all slots are taken: one that frees looks again.
        state.wake()
        #expect(state.next() == .claim(free: 2, acknowledge: []))
        state.claimed([claim(1), claim(2)], waiting: false)
        state.wake()
        #expect(state.next() == .wait(listen: false))
        state.finished(1, acknowledge: true)
        #expect(state.next() == .claim(free: 1, acknowledge: [.init(epoch: 1)]))
    }

    @Test("a lost answer repeats acknowledgements and reconciles")
    func lostAnswer() {
        var state = ConsumerState(concurrency: 2)
        _ = state.next()
        state.claimed([claim(1), claim(2)], waiting: false)
        state.finished(1, acknowledge: true)
        guard case .claim(_, let acknowledged) = state.next() else {
            Issue.record("expected a claim")
            return
        }
        state.claimFailed(acknowledge: acknowledged, maybeExecuted: true)
        #expect(state.next() == .reconcile)
        // 9 was claimed in the lost answer; 2 runs; 1 is finished and about to be acknowledged again.
        #expect(state.reconciled(held: [1, 2, 9]) == [9])
        #expect(state.next() == .claim(free: 1, acknowledge: [.init(epoch: 1)]))
    }

    @Test("more claims in Redis than we know of, twice in a row, are looked into; so is a job left in the inbox")
    func audit() {
        var state = ConsumerState(concurrency: 1)
        _ = state.next()
        state.claimed([claim(1)], waiting: false)
        state.audited(holding: 1, inbox: 0)
        state.audited(holding: 2, inbox: 0)
        state.audited(holding: 1, inbox: 0)
        state.audited(holding: 2, inbox: 0)
        #expect(state.next() == .wait(listen: false), "once is the traffic of the moment")
        state.audited(holding: 2, inbox: 0)
        #expect(state.next() == .reconcile)
        #expect(state.reconciled(held: [1, 9]) == [9])
        state.finished(1, acknowledge: true)
        // An acknowledgement that is not sent yet is a claim that Redis still holds.
        state.audited(holding: 1, inbox: 0)
        state.audited(holding: 1, inbox: 0)
        #expect(state.next() == .claim(free: 1, acknowledge: [.init(epoch: 1)]))
        state.claimed([], waiting: false)
        state.audited(holding: 0, inbox: 1)
        #expect(state.next() == .wait(listen: true))
        state.audited(holding: 0, inbox: 1)
        #expect(state.next() == .reconcile)
        #expect(state.reconciled(held: []) == [])
        #expect(state.next() == .claim(free: 1, acknowledge: []))
    }

    @Test("an unsent claim needs no reconciling")
    func anUnsentClaimNeedsNoReconciling() {
        var state = ConsumerState(concurrency: 1)
        _ = state.next()
        state.claimFailed(acknowledge: [], maybeExecuted: false)
        #expect(state.next() == .claim(free: 1, acknowledge: []))
    }

    @Test("draining claims nothing and finishes when all is acknowledged")
    func draining() {
        var state = ConsumerState(concurrency: 2)
        _ = state.next()
        state.claimed([claim(1)], waiting: true)
        state.drain()
        #expect(state.next() == .wait(listen: false))
        state.finished(1, acknowledge: true)
        #expect(state.next() == .claim(free: 0, acknowledge: [.init(epoch: 1)]))
        state.claimed([], waiting: true)
        #expect(state.next() == .finish)
    }

    @Test("abandonment comes first and stays")
    func abandonmentComesFirstAndStays() {
        var state = ConsumerState(concurrency: 1)
        state.abandon(.leaseLapsed)
        state.abandon(.outOfTime)
        #expect(state.next() == .abandon(.leaseLapsed))
    }
}

@Suite("A process knows when its lease has lapsed before anyone else may take its jobs")
struct LeaseStateTests {
    @Test("the lease is renewed every two seconds and lapses after eight")
    func lease() {
        let start = ContinuousClock.now
        var lease = LeaseState(renewedAt: start)
        #expect(lease.action(at: start + .milliseconds(1999)) == .nothing)
        #expect(lease.action(at: start + .seconds(2)) == .renew)
        #expect(lease.action(at: start + .milliseconds(7999)) == .renew)
        #expect(lease.action(at: start + .seconds(8)) == .lapsed)
        lease.renewed(sentAt: start + .seconds(3))
        #expect(lease.action(at: start + .seconds(10)) == .renew)
        #expect(lease.action(at: start + .seconds(11)) == .lapsed)
    }

    @Test("a late answer does not shorten the lease")
    func lateAnswer() {
        let start = ContinuousClock.now
        var lease = LeaseState(renewedAt: start + .seconds(5))
        lease.renewed(sentAt: start)
        #expect(lease.lastRenewal == start + .seconds(5))
    }
}
