package import JobQueue

/// Compares the payment provider's books with ours.
package struct ReconcilePayments: Job, Hashable {
    /// Stored with every job of this kind.
    package static let name = "payments.reconcile"
    /// Where they wait.
    package static let queue = ShopQueue.reconcile.name
    /// How often they are tried. Whatever a run leaves out the next one makes up for.
    package static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(2))
    /// Long lists are read a page at a time.
    package static let timeLimit: Duration = .seconds(600)

    /// What is compared.
    package let scope: ReconciliationScope
    /// Whether differences that could be work under way, or a mistake about the database, are dealt with all the same.
    package let isHurried: Bool

    /// A job for a stretch of time.
    package init(_ scope: ReconciliationScope, isHurried: Bool = false) {
        self.scope = scope
        self.isHurried = isHurried
    }
}
