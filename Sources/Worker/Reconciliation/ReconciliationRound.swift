import Domain
import JobQueue
import Logging
import Metrics
import Storage

/// One comparison of the provider's books with ours: a list at a time, each difference kept, resolved where that is
/// proven right, and told to operators once where it is not.
struct ReconciliationRound {
    /// How many differences are dealt with at the same time.
    private static let width = 8
    /// How long a refund that stands is left alone after it was read.
    private static let rereading: Duration = .seconds(6 * 3600)

    let run: ReconciliationRun
    let rules: Reconciliation
    let store: ReconciliationStore
    let resolver: BreakResolver
    let payments: any PaymentProvider
    let logger: Logger
    private(set) var tally = ReconciliationRun.Tally()
    private var seen: Set<PaymentIntent.ID> = []

    init(
        _ run: ReconciliationRun, _ rules: Reconciliation, store: ReconciliationStore, resolver: BreakResolver,
        payments: any PaymentProvider, logger: Logger
    ) {
        self.run = run
        self.rules = rules
        self.store = store
        self.resolver = resolver
        self.payments = payments
        self.logger = logger
    }

    /// Compares a page of intents.
    mutating func compare(_ page: ProviderPage<PaymentIntent>) async throws {
        try await compare(page.items)
        for id in page.unreadable { count(try await keep(rules.unreadable(.intent, id))) }
    }

    /// Compares intents.
    mutating func compare(_ intents: [PaymentIntent]) async throws {
        tally.intents += intents.count
        seen.formUnion(intents.map(\.id))
        let ours = try await store.facts(of: intents)
        let doubtful = intents.filter { intent in
            Reconciliation.asksForRefunds(of: intent, stored: ours.stored[intent.id])
                || rules.finding(
                    intent, stored: ours.stored[intent.id], named: intent.orderID.flatMap { ours.named[$0] }) != nil
        }
        let round = self
        try await forEach(doubtful) { intent in
            let stored = ours.stored[intent.id]
            return try await round.judge(intent, stored: stored, named: intent.orderID.flatMap { ours.named[$0] })
        }
    }

    /// Reads refunds again that stand and that the customer's bank may still send back, so that none is missed whose
    /// event was lost.
    mutating func readThoseThatMayBounce() async throws {
        let due = try await resolver.refunds.thatMayBounce(notReadFor: rules.isHurried ? .zero : Self.rereading)
        let round = self
        var read: [ProviderRefund] = []
        for start in stride(from: 0, to: due.count, by: Self.width) {
            read += try await withThrowingTaskGroup(of: ProviderRefund?.self) { group in
                for id in due[start..<min(start + Self.width, due.count)] { group.addTask { try await round.find(id) } }
                return try await group.reduce(into: []) { if let refund = $1 { $0.append(refund) } }
            }
        }
        try await compare(read)
        try await resolver.refunds.markRead(due)
    }

    /// Compares a page of refunds.
    mutating func compare(_ page: ProviderPage<ProviderRefund>) async throws {
        try await compare(page.items)
        for id in page.unreadable { count(try await keep(rules.unreadable(.refund, id))) }
    }

    /// Compares refunds.
    mutating func compare(_ refunds: [ProviderRefund]) async throws {
        tally.refunds += refunds.count
        let ours = try await store.facts(of: refunds)
        let round = self
        try await forEach(refunds) { refund in
            try await round.judge(
                refund, ours: ours.refund(for: refund), payment: ours.payment(for: refund))
        }
    }

    /// Looks up payments of which we hold that money moved in the time of the run, and that were on none of the
    /// provider's pages.
    mutating func lookUpUnlisted() async throws {
        var last: Payment.ID?
        while true {
            let page = try await store.paid(in: run, after: last)
            let seen = seen
            let round = self
            try await forEach(page.filter { facts in facts.intentID.map { !seen.contains($0) } ?? false }) { facts in
                guard let id = facts.intentID else { return nil }
                guard let intent = try await round.find(id) else {
                    return try await round.keep(round.rules.missing(facts))
                }
                return try await round.judge(intent, stored: facts, named: facts)
            }
            guard let id = page.last?.paymentID else { return }
            last = id
        }
    }

    /// Looks again at breaks from before that this run has not come across: they may be gone.
    mutating func lookAgain() async throws {
        let round = self
        try await forEach(try await store.open(notSeenSince: run)) { try await round.lookAgain(at: $0) }
    }

    private func lookAgain(at known: ReconciliationBreak) async throws -> Bool? {
        // What is left alone for being young is a difference all the same.
        let strict = Reconciliation(shop: rules.shop, now: rules.now, isHurried: true)
        switch known.object {
        case .intent:
            guard let intent = try await find(PaymentIntent.ID(rawValue: known.providerID)) else { break }
            let ours = try await store.facts(of: [intent])
            let (stored, named) = (ours.stored[intent.id], intent.orderID.flatMap { ours.named[$0] })
            let finding = try await finding(intent, stored, named, by: strict)
            if finding?.kind != known.kind { try await close(known) }
            return finding == nil ? nil : try await judge(intent, stored: stored, named: named)
        case .refund:
            guard let refund = try await find(ProviderRefund.ID(rawValue: known.providerID)) else { break }
            let ours = try await store.facts(of: [refund])
            let (refundOfOurs, payment) = (ours.refund(for: refund), ours.payment(for: refund))
            let finding = strict.finding(refund, ours: refundOfOurs, payment: payment)
            if finding?.kind != known.kind { try await close(known) }
            return finding == nil ? nil : try await judge(refund, ours: refundOfOurs, payment: payment)
        }
        // The provider does not show it any more, or cannot: a person has to look.
        return try await keep(
            ReconciliationFinding(
                known.kind, known.object, known.providerID, orderID: known.orderID, amount: known.amount,
                reason: "The provider does not show it any more.", resolution: .askOperator))
    }

    private func close(_ known: ReconciliationBreak) async throws {
        guard try await store.markClosed(known.id) else { return }
        logger.notice(
            "a break is gone",
            metadata: ["break": "\(known.id)", "kind": "\(known.kind.rawValue)", "id": "\(known.providerID)"])
    }
}

// What becomes of one object: `nil` when it does not differ, else whether the difference is gone.
extension ReconciliationRound {
    private func judge(_ intent: PaymentIntent, stored: PaymentSnapshot?, named: PaymentSnapshot?) async throws -> Bool?
    {
        guard let finding = try await finding(intent, stored, named, by: rules) else { return nil }
        return try await keep(finding) { try await resolver.resolve(finding, in: intent) }
    }

    private func judge(_ refund: ProviderRefund, ours: Refund?, payment: PaymentSnapshot?) async throws -> Bool? {
        guard let finding = rules.finding(refund, ours: ours, payment: payment) else { return nil }
        return try await keep(finding) { try await resolver.resolve(finding, in: refund) }
    }

    private func finding(
        _ intent: PaymentIntent, _ stored: PaymentSnapshot?, _ named: PaymentSnapshot?, by rules: Reconciliation
    ) async throws -> ReconciliationFinding? {
        var refunded: Money?
        if Reconciliation.asksForRefunds(of: intent, stored: stored) {
            let refunds = try await RetryingCalls.run { () throws(PaymentFailure) in
                try await payments.refunds(of: intent.id)
            }
            refunded = try Money.sum(refunds.filter(\.status.isLive).map(\.amount), in: intent.amount.currency)
        }
        return rules.finding(intent, stored: stored, named: named, refunded: refunded)
    }

    /// Keeps a difference, tries its resolution unless a person has dealt with it, and tells operators once when it
    /// stays.
    private func keep(_ finding: ReconciliationFinding?, _ resolution: () async throws -> Bool = { false }) async throws
        -> Bool?
    {
        guard let finding else { return nil }
        let kept = try await store.note(finding)
        if kept.status == .resolved { return nil }
        let facts: Logger.Metadata = [
            "break": "\(kept.id)", "kind": "\(finding.kind.rawValue)", "id": "\(finding.providerID)",
            "order_id": "\(finding.orderID.map { "\($0)" } ?? "none")",
            "amount": "\(finding.amount.map { "\($0)" } ?? "unknown")",
            "reason": "\(finding.reason)",
        ]
        let dimensions = [("kind", finding.kind.rawValue)]
        if try await resolution() {
            try await store.markClosed(kept.id)
            Counter(label: "payments_reconciliation_closed_total", dimensions: dimensions).increment()
            logger.notice("the books of the payment provider and ours agree again", metadata: facts)
            return true
        }
        if try await store.isToBeReported(kept.id) {
            logger.error("the books of the payment provider and ours differ", metadata: facts)
        }
        return false
    }

    private mutating func count(_ outcome: Bool?) {
        guard let outcome else { return }
        tally.found += 1
        if outcome { tally.closed += 1 }
    }

    private mutating func forEach<Item: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Bool?
    ) async throws {
        var outcomes: [Bool?] = []
        for start in stride(from: 0, to: items.count, by: Self.width) {
            outcomes += try await withThrowingTaskGroup(of: Bool?.self) { group in
                for item in items[start..<min(start + Self.width, items.count)] {
                    group.addTask { try await body(item) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        for outcome in outcomes { count(outcome) }
    }

    private func find(_ id: PaymentIntent.ID) async throws -> PaymentIntent? {
        try await RetryingCalls.find { () throws(PaymentFailure) in try await payments.retrieve(id) }
    }

    private func find(_ id: ProviderRefund.ID) async throws -> ProviderRefund? {
        try await RetryingCalls.find { () throws(PaymentFailure) in try await payments.refund(id) }
    }
}
