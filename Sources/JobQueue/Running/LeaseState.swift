/// What a worker process knows of its own lease, by its own monotonic clock.
///
/// A lease is granted by Redis for ``duration`` of *server* time from the moment the renewal ran there. The process
/// counts from when it *sent* the renewal, which is earlier, so its view ends first: it stops before anybody may take
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
        /// Stop all jobs and acknowledge nothing: somebody else may have them.
        case lapsed
    }
}
