public import JobQueue

/// Compares the payment provider's books with ours.
public struct ReconcilePayments: Job, Hashable {
    /// Stored with every job of this kind.
    public static let name = "payments.reconcile"
    /// Where they wait.
    public static let queue: QueueName = "reconcile"
    /// How often they are tried. Whatever a run leaves out the next one makes up for.
    public static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(2))
    /// Long lists are read a page at a time.
    public static let timeLimit: Duration = .seconds(600)

    /// What is compared.
    public let scope: ReconciliationScope
    /// Whether differences that could be work under way, or a mistake about the database, are dealt with all the same.
    public let isHurried: Bool

    /// A job for a stretch of time.
    public init(_ scope: ReconciliationScope, isHurried: Bool = false) {
        self.scope = scope
        self.isHurried = isHurried
    }
}
