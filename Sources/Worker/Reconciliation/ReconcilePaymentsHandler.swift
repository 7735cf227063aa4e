import Domain
import FoundationEssentials
import JobQueue
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Compares the payment provider's books with ours and makes them agree where it is proven how. Two at once, or one
/// after the other, come to the same as one.
struct ReconcilePaymentsHandler: JobHandler {
    let store: ReconciliationStore
    let resolver: BreakResolver
    let payments: any PaymentProvider

    func run(_ job: ReconcilePayments, in context: JobContext) async throws {
        do {
            try await compare(job, in: context)
        } catch let failure as JobFailure where job.scope.isRegular && failure.canWait(isLast: context.isLastAttempt) {
            // The next run begins where everything has been compared, so no operator has to look after this one.
            context.logger.warning(
                "could not compare the books; the next run makes up for it", metadata: ["error": "\(failure)"])
        }
    }

    private func compare(_ job: ReconcilePayments, in context: JobContext) async throws {
        let run = try await store.begin(job.scope)
        let rules = Reconciliation(shop: try await store.identity(), now: run.until, isHurried: job.isHurried)
        var round = ReconciliationRound(
            run, rules, store: store, resolver: resolver, payments: payments, logger: context.logger)
        // Intents first: a refund only makes sense once its payment is known to have been taken.
        try await pages(context, run, \.createdAt) { () in
            round.tally
        } next: { cursor in
            let page = try await RetryingCalls.run { () throws(PaymentFailure) in
                try await payments.intents(createdSince: run.from, after: cursor)
            }
            try await round.compare(page)
            return page
        }
        try await round.lookUpUnlisted()
        try await pages(context, run, \.createdAt) { () in
            round.tally
        } next: { cursor in
            let page = try await RetryingCalls.run { () throws(PaymentFailure) in
                try await payments.refunds(createdSince: run.from, after: cursor)
            }
            try await round.compare(page)
            return page
        }
        try await round.readThoseThatMayBounce()
        try await round.lookAgain()
        try await store.finish(run, round.tally)
        let tally = round.tally
        await context.report(JobProgress(1, Self.summary(tally)))
        context.logger.info(
            "compared the books of the payment provider with ours",
            metadata: [
                "from": "\(run.from)", "intents": "\(tally.intents)", "refunds": "\(tally.refunds)",
                "found": "\(tally.found)",
                "closed": "\(tally.closed)",
            ])
    }

    /// Reads a list to its end, telling how far it is. The lists go back in time.
    private func pages<Item>(
        _ context: JobContext, _ run: ReconciliationRun, _ time: (Item) -> Date?,
        _ tally: () -> ReconciliationRun.Tally,
        next: (String?) async throws -> ProviderPage<Item>
    ) async throws {
        var cursor: String?
        repeat {
            let page = try await next(cursor)
            cursor = page.next
            let done = page.items.last.flatMap(time).map { run.until.timeIntervalSince($0) } ?? 0
            let all = max(1, run.until.timeIntervalSince(run.from))
            await context.report(JobProgress(min(0.99, done / all), Self.summary(tally())))
        } while cursor != nil
    }

    private static func summary(_ tally: ReconciliationRun.Tally) -> String {
        "\(tally.intents) intents and \(tally.refunds) refunds compared, \(tally.found) differences, "
            + "\(tally.closed) of them closed"
    }
}

extension JobFailure {
    /// Whether a run that comes again by itself may leave it at that. While the provider is away, jobs that wait for it
    /// would only pile up.
    fileprivate func canWait(isLast: Bool) -> Bool {
        switch self {
        case .snooze: true
        case .transient: isLast
        case .permanent, .outcomeUnknown: false
        }
    }
}

/// Shows in every worker's metrics how many breaks between the provider's books and ours are open:
/// `payments_reconciliation_breaks`, of which any is worth an alert.
struct ReconciliationGauge: Service {
    let store: ReconciliationStore
    let interval: Duration
    let logger: Logger
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run() async throws {
        await repeatedly(every: interval, log: logger, "count the open breaks of reconciliation") {
            try await measure()
        }
    }

    /// One look. Kinds without any show zero, so that one that is gone is seen to be gone.
    func measure() async throws {
        let counts = try await store.openCounts()
        for kind in BreakKind.allCases {
            Gauge(label: "payments_reconciliation_breaks", dimensions: [("kind", kind.rawValue)], factory: metrics)
                .record(
                    counts[kind] ?? 0)
        }
    }
}
