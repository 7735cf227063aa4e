/// A job enqueued at regular times. Each time is a *slot*, a row unique in the ledger, so that however many worker processes tick, and
/// whatever their clocks say, one job is enqueued per slot.
public struct JobSchedule: Sendable {
    /// Stable name; begins the slot's key.
    public let name: String
    /// Distance of the slots in whole seconds; they lie at its multiples since 1970-01-01T00:00Z.
    public let seconds: Int
    let insertion: @Sendable () throws -> PendingJob

    /// - Parameters:
    ///   - every: at least one second; fractions of a second are cut off.
    ///   - job: makes the payload of a slot's job.
    public init<Kind: Job>(_ name: String, every interval: Duration, job: @escaping @Sendable () -> Kind) {
        self.name = name
        self.seconds = max(1, Int(interval.components.seconds))
        self.insertion = { try JobLedger.insertion(of: job()) }
    }
}
