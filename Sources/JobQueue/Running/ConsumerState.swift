/// Decides what the consumer of one queue does next. Pure: the ``Consumer`` acts and reports back.
struct ConsumerState: Sendable {
    /// A claim this process holds.
    struct Claim: Sendable {
        let id: JobID
        let isDurable: Bool
        /// The ledger has started it.
        var isStarted = false
    }

    enum Action: Hashable, Sendable {
        /// Acknowledge these epochs and claim up to `free` jobs.
        case claim(free: Int, acknowledge: [Int64])
        /// A claim's reply was lost: find out which claims Redis thinks are ours.
        case reconcile
        /// Nothing to do until something is reported. `listen` says whether a newly pushed job should wake us.
        case wait(listen: Bool)
        /// All is finished and acknowledged.
        case finish
        /// Time is up, or the lease is gone: stop the running jobs.
        case abandon(Reason)
    }

    enum Reason: Hashable, Sendable {
        /// Shutting down and out of time: jobs are given back.
        case outOfTime
        /// Others may have our jobs: nothing more is acknowledged.
        case leaseLapsed
    }

    let concurrency: Int
    private(set) var claims: [Int64: Claim] = [:]
    private var acknowledgements: [Int64] = []
    private var mayHaveMore = true
    private var isInDoubt = false
    private var isDraining = false
    private var abandonment: Reason?

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    var free: Int { max(0, concurrency - claims.count) }

    /// What to do now. The caller must carry out a `.claim` and report ``claimed(_:asked:waiting:)`` or ``claimFailed(_:maybeExecuted:)``.
    mutating func next() -> Action {
        if let abandonment { return .abandon(abandonment) }
        if isInDoubt { return .reconcile }
        let wanted = isDraining || !mayHaveMore ? 0 : free
        if !acknowledgements.isEmpty || wanted > 0 {
            defer { acknowledgements = [] }
            return .claim(free: isDraining ? 0 : free, acknowledge: acknowledgements)
        }
        if isDraining && claims.isEmpty { return .finish }
        return .wait(listen: !isDraining && free > 0)
    }

    /// A claim has been answered with `jobs`; `waiting` says whether more lie in the list.
    mutating func claimed(_ jobs: [(epoch: Int64, claim: Claim)], waiting: Bool) {
        for job in jobs { claims[job.epoch] = job.claim }
        mayHaveMore = waiting
    }

    /// A claim got no answer. Its acknowledgements are repeated; when it may have been executed, so may the claims it made.
    mutating func claimFailed(acknowledge: [Int64], maybeExecuted: Bool) {
        acknowledgements = acknowledge + acknowledgements
        mayHaveMore = true
        if maybeExecuted { isInDoubt = true }
    }

    /// Redis holds these claims for us; those that we know nothing of (and have not just finished) are returned, to be put back.
    mutating func reconciled(held: [Int64]) -> [Int64] {
        isInDoubt = false
        let pending = Set(acknowledgements)
        return held.filter { claims[$0] == nil && !pending.contains($0) }
    }

    /// The ledger has started the job of this claim.
    mutating func started(_ epoch: Int64) {
        claims[epoch]?.isStarted = true
    }

    /// The job of this claim has ended; `acknowledge` is false when its claim is already gone from Redis.
    mutating func finished(_ epoch: Int64, acknowledge: Bool) {
        guard claims.removeValue(forKey: epoch) != nil else { return }
        if acknowledge { acknowledgements.append(epoch) }
        mayHaveMore = true
    }

    /// Something may have been pushed, or has come due.
    mutating func wake() { mayHaveMore = true }

    /// Claims nothing more.
    mutating func drain() { isDraining = true }

    /// Stops the running jobs.
    mutating func abandon(_ reason: Reason) {
        if abandonment == nil { abandonment = reason }
    }

    /// Whether a handler's failure is to be recorded: not after its task was cancelled by ``abandon(_:)``.
    var isAbandoned: Bool { abandonment != nil }
}
