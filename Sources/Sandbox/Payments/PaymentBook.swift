import FoundationEssentials

/// Everything the payments stand-in knows: intents, refunds and the ledger of money moved. A value without I/O.
///
/// ``outcome(of:at:pages:)`` decides what a call comes to and changes nothing; ``apply(_:)`` makes a decided change real. The journal
/// stands between the two, and replaying it is applying the same changes again.
struct PaymentBook: Sendable {
    private(set) var intents: [String: PaymentIntent] = [:]
    /// Ids in the order they were made.
    private(set) var intentOrder: [String] = []
    private(set) var refunds: [String: Refund] = [:]
    /// Ids in the order they were made.
    private(set) var refundOrder: [String] = []
    private(set) var disputes: [String: Dispute] = [:]
    /// Ids in the order they were opened.
    private(set) var disputeOrder: [String] = []
    /// The dispute of an intent; one intent has at most one.
    private(set) var disputeOf: [String: String] = [:]
    private(set) var events: [String: Event] = [:]
    /// Ids in the order they happened.
    private(set) var eventOrder: [String] = []
    private(set) var ledger: [LedgerEntry] = []
    /// Which intent a charge belongs to.
    private(set) var charges: [String: String] = [:]
    /// Given back so far by intent, in minor units.
    private(set) var refunded: [String: Int64] = [:]

    /// Makes a decided change real.
    mutating func apply(_ change: BookChange) {
        if let intent = change.intent {
            if intents.updateValue(intent, forKey: intent.id) == nil { intentOrder.append(intent.id) }
            if let charge = intent.latestCharge { charges[charge] = intent.id }
        }
        if let refund = change.refund {
            let before = refunds.updateValue(refund, forKey: refund.id)
            if before == nil { refundOrder.append(refund.id) }
            let counted = before.map { $0.status == .failed ? 0 : $0.amount } ?? 0
            refunded[refund.intent, default: 0] += (refund.status == .failed ? 0 : refund.amount) - counted
        }
        if let dispute = change.dispute {
            if disputes.updateValue(dispute, forKey: dispute.id) == nil { disputeOrder.append(dispute.id) }
            disputeOf[dispute.intent] = dispute.id
        }
        ledger.append(contentsOf: change.ledger)
        for event in change.events where events.updateValue(event, forKey: event.id) == nil { eventOrder.append(event.id) }
    }

    /// Decides a call.
    /// - Parameter pages: base URL of the sandbox's own pages, for the customer's authentication.
    func outcome(of request: PaymentRequest, at now: Date, pages: String) -> BookOutcome {
        do throws(StripeError) {
            try request.parameters.refuse(unlessIn: request.operation.parameterNames)
            switch request.operation {
            case .create: return try create(request.parameters, at: now, pages: pages)
            case .confirm: return try confirm(try intent(request.id), request.parameters, at: now, pages: pages)
            case .capture: return try capture(try intent(request.id), request.parameters, at: now)
            case .cancel: return try cancel(try intent(request.id), request.parameters, at: now)
            case .retrieve: return BookOutcome(answer: .success(try intent(request.id).wire))
            case .list: return BookOutcome(answer: .success(try list(request.parameters)))
            case .refund: return try refund(request.parameters, at: now)
            case .retrieveRefund: return BookOutcome(answer: .success(try refund(request.id).wire))
            case .listRefunds: return BookOutcome(answer: .success(try listRefunds(request.parameters)))
            case .retrieveDispute: return BookOutcome(answer: .success(try dispute(request.id).wire))
            case .listDisputes: return BookOutcome(answer: .success(try listDisputes(request.parameters)))
            case .retrieveEvent: return BookOutcome(answer: .success(try event(request.id).wire))
            case .listEvents: return BookOutcome(answer: .success(try listEvents(request.parameters)))
            }
        } catch {
            return .refused(error)
        }
    }

    /// - Throws: `resource_missing` for an id nobody made.
    func intent(_ id: String?) throws(StripeError) -> PaymentIntent {
        guard let id, let intent = intents[id] else { throw .missing("payment_intent", id ?? "", param: "intent") }
        return intent
    }

    /// The change and the answer after a step of an intent.
    func outcome(_ intent: PaymentIntent, _ result: PaymentIntent.StepResult, at now: Date) -> BookOutcome {
        var change = BookChange(intent: intent)
        switch result {
        case .charged(let amount):
            change.ledger = [entry(intent, amount, .charge, now)]
        case .declined(let decline):
            return BookOutcome(change: change, answer: .failure(.declined(decline, intent)))
        case .authorized, .actionRequired, .processing, .canceled: break
        }
        return BookOutcome(change: change, answer: .success(intent.wire))
    }

    /// A movement of an intent's money.
    func entry(_ intent: PaymentIntent, _ amount: Int64, _ kind: LedgerEntry.Kind, _ now: Date) -> LedgerEntry {
        LedgerEntry(intent: intent.id, orderID: intent.orderID, amount: amount, currency: intent.currency, kind: kind, at: now)
    }
}
