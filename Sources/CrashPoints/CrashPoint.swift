/// Moments between two steps at which tests end a process, or let it stand still, to see that nothing is lost and
/// nothing happens twice.
///
/// Programs built for release have none of it: passing a point is an empty function there, and no name of a point is
/// left in them.
package enum CrashPoint: Sendable, CaseIterable {
    /// API: the request for an order is read, nothing is stored.
    case orderRead
    /// API: an order is committed; its job is not pushed and no waiting client is told.
    case orderCommitted
    /// API: the job is pushed as well; no waiting client is told.
    case orderPushed
    /// Worker: a job is claimed and started in the ledger, its handler has not run.
    case jobClaimed
    /// Worker: the handler is through, its claim is not acknowledged.
    case jobFinished
    /// Worker: stock is reserved, the provider knows nothing.
    case stockReserved
    /// Worker: the provider has an intent of which we know nothing.
    case intentCreated
    /// Worker: the intent is stored, money has not moved.
    case intentRecorded
    /// Worker: the provider has charged or declined, which is not stored.
    case charged
    /// Worker: updates of payments are committed; their jobs are not pushed and no waiting client is told.
    case settled
    /// Worker: the provider has taken an email, which is not stored.
    case emailAccepted
    /// Worker: the provider has captured the authorized money, which is not stored.
    case captured
    /// Worker: the provider has refunded money, which is not stored.
    case refunded
    /// Worker: the payment of an overdue order is canceled or turns out to be paid, which is not stored.
    case overdueCanceled
    /// Worker: the same of an order that its customer cancels.
    case orderCanceled

    /// Called between the two steps. Only in programs built for tests, whose environment names this point, does it do
    /// anything:
    ///
    ///     CARTWRIGHT_CRASH_AT=checkout.intent.recorded:3     the third time, the process ends as by kill -9
    ///     CARTWRIGHT_CRASH_AT=job.claimed@order.checkout     in a job of this kind
    ///     CARTWRIGHT_STOP_AT=checkout.charged                it stands still until SIGCONT
    ///
    /// - Parameter job: the kind of the job that is being run, at the points around a whole job.
    package static func pass(_ point: @autoclosure () -> CrashPoint, of job: @autoclosure () -> String? = nil) {
        #if DEBUG
            CrashSwitch.shared.pass(point(), of: job())
        #endif
    }
}
