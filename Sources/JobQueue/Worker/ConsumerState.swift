/// Decides what the consumer of one queue does next. Pure: the ``Consumer`` acts and reports back.
struct ConsumerState: Sendable {
    /// A claim this process holds.
    struct Claim: Sendable {
        let id: JobID
        let isDurable: Bool
        /// Empty for none.
        var uniqueKey = ""
        /// The ledger has started it.
        var isStarted = false
    }

    enum Action: Hashable, Sendable {
        /// Acknowledge these and claim up to `free` jobs.
        case claim(free: Int, acknowledge: [Acknowledgement])
        /// A claim's reply was lost, or Redis may have forgotten something: find out which claims it thinks are ours.
        case reconcile
        /// Nothing to do until something is reported. `listen` says whether a newly pushed job should wake us.
        case wait(listen: Bool)
        /// All is finished and acknowledged.
        case finish
        /// Time is up, or the lease is gone: stop the running jobs.
        case abandon(Reason)
    }

    enum Reason: Hashable, Sendable {
        /// Shutting down and out of time: jobs are released.
        case outOfTime
        /// Others may have our jobs: nothing more is acknowledged.
        case leaseLapsed
    }

    /// Jobs that may run at once; fewer than run now after an operator has lowered it.
    private(set) var concurrency: Int
    private let configured: Int
    private(set) var claims: [Int64: Claim] = [:]
    private var acknowledgements: [Acknowledgement] = []
    private var mayHaveMore = true
    private var isInDoubt = false
    private var wasOdd = false
    private var isDraining = false
    private var endsWhenEmpty = false
    private var abandonment: Reason?

    /// - Parameter concurrency: holds until operators set another one for the queue.
    init(concurrency: Int) {
        self.concurrency = concurrency
        self.configured = concurrency
    }

    var free: Int { max(0, concurrency - claims.count) }

    /// How many jobs one claim takes at most: half of many slots, so that Redis hands out the next ones while these
    /// run, and no more than it does in a few milliseconds.
    private var mostAtOnce: Int { min(1000, max(64, concurrency / 2)) }

    /// What to do now. The caller must carry out a `.claim` and report ``claimed(_:waiting:concurrency:)`` or
    /// ``claimFailed(acknowledge:maybeExecuted:)``.
    mutating func next() -> Action {
        if let abandonment { return .abandon(abandonment) }
        if isInDoubt { return .reconcile }
        let wanted = isDraining || !mayHaveMore ? 0 : free
        if !acknowledgements.isEmpty || wanted > 0 {
            let free = isDraining ? 0 : min(free, mostAtOnce)
            // The claim will tell. What is reported while it is under way, it may have missed, and that must outlast
            // its answer.
            if free > 0 { mayHaveMore = false }
            defer { acknowledgements.removeAll(keepingCapacity: false) }
            return .claim(free: free, acknowledge: acknowledgements)
        }
        if claims.isEmpty && (isDraining || endsWhenEmpty) { return .finish }
        return .wait(listen: !isDraining && free > 0)
    }

    /// A claim has been answered with `jobs`; `waiting` says whether more lie in the list and may be taken now.
    /// `concurrency` is what operators have set, or nil.
    mutating func claimed(_ jobs: [(epoch: Int64, claim: Claim)], waiting: Bool, concurrency: Int? = nil) {
        for job in jobs { claims[job.epoch] = job.claim }
        if waiting { mayHaveMore = true }
        self.concurrency = concurrency ?? configured
    }

    /// A claim got no answer. Its acknowledgements are repeated; when it may have been executed, so may the claims it
    /// made.
    mutating func claimFailed(acknowledge: [Acknowledgement], maybeExecuted: Bool) {
        acknowledgements = acknowledge + acknowledgements
        mayHaveMore = true
        if maybeExecuted { isInDoubt = true }
    }

    /// What Redis holds for us, as a renewal of the lease has found it. A command that was on a connection when that
    /// broke may be carried out long after its answer was given up, even after we have asked what it left behind. Twice
    /// in a row more claims than we know of, or something in the inbox, is not the traffic of the moment.
    mutating func audited(holding: Int, inbox: Int) {
        let isOdd = holding > claims.count + acknowledgements.count || inbox > 0
        if isOdd && wasOdd {
            isInDoubt = true
            mayHaveMore = true
        }
        wasOdd = isOdd && !wasOdd
    }

    /// There is a new connection: perhaps to a Redis that has been restarted or failed over and has forgotten our last
    /// acknowledgements.
    mutating func reconnected() { isInDoubt = true }

    /// Redis holds these claims for us; those that we know nothing of (and have not just finished) are returned, to be
    /// put back.
    mutating func reconciled(held: [Int64]) -> [Int64] {
        isInDoubt = false
        let pending = Set(acknowledgements.map(\.epoch))
        return held.filter { claims[$0] == nil && !pending.contains($0) }
    }

    /// The ledger has started the job of this claim.
    mutating func started(_ epoch: Int64) {
        claims[epoch]?.isStarted = true
    }

    /// The job of this claim has ended; `acknowledge` is false when its claim is already gone from Redis.
    mutating func finished(_ epoch: Int64, acknowledge: Bool) {
        guard let claim = claims.removeValue(forKey: epoch) else { return }
        if acknowledge {
            let holding = claim.uniqueKey.isEmpty ? nil : Acknowledgement.Holding(key: claim.uniqueKey, job: claim.id)
            acknowledgements.append(Acknowledgement(epoch: epoch, unique: holding))
        }
        mayHaveMore = true
    }

    /// Something may have been pushed, or has come due.
    mutating func wake() { mayHaveMore = true }

    /// Claims nothing more.
    mutating func drain() { isDraining = true }

    /// Goes on claiming, and finishes when there is nothing to claim.
    mutating func endWhenEmpty() { endsWhenEmpty = true }

    /// Stops the running jobs.
    mutating func abandon(_ reason: Reason) {
        if abandonment == nil { abandonment = reason }
    }

    /// Whether a handler's failure is to be recorded: not after its task was canceled by ``abandon(_:)``.
    var isAbandoned: Bool { abandonment != nil }
}
