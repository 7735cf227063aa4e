import FoundationEssentials
import JSON

/// Everything the payments stand-in knows: intents, refunds and the ledger of money moved. A value without I/O.
///
/// ``outcome(of:at:pages:)`` decides what a call comes to and changes nothing; ``apply(_:)`` makes a decided change
/// real. The journal stands between the two, and replaying it is applying the same changes again.
struct PaymentState: Sendable {
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
    private(set) var charges: [String: Charge] = [:]
    /// Ids in the order they were made.
    private(set) var chargeOrder: [String] = []
    /// Refunded so far by intent, in minor units.
    private(set) var refunded: [String: Int64] = [:]

    /// Makes a decided change real.
    mutating func apply(_ change: BookChange) {
        if let intent = change.intent {
            if intents.updateValue(intent, forKey: intent.id) == nil { intentOrder.append(intent.id) }
        }
        if let charge = change.charge ?? Self.chargeOfOldJournal(change) {
            if charges.updateValue(charge, forKey: charge.id) == nil { chargeOrder.append(charge.id) }
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
        for event in change.events where events.updateValue(event, forKey: event.id) == nil {
            eventOrder.append(event.id)
        }
    }

    /// The charge of a change that was written before charges were kept apart.
    private static func chargeOfOldJournal(_ change: BookChange) -> Charge? {
        guard change.charge == nil, let intent = change.intent, let id = intent.latestCharge, intent.lastDecline == nil,
            intent.status == .succeeded || intent.status == .requiresCapture
        else { return nil }
        return Charge(of: intent, id: id, at: intent.created)
    }

    /// Decides a call.
    /// - Parameter pages: base URL of the sandbox's own pages, for the customer's authentication.
    func outcome(of request: PaymentRequest, at now: Date, pages: String) -> BookOutcome {
        do throws(StripeError) {
            try request.parameters.check(request.operation.parameters)
            var outcome = try outcome(of: request, checked: request.parameters, at: now, pages: pages)
            if case .success(let body) = outcome.answer {
                outcome.answer = .success(try expanded(body, request.parameters, after: outcome.change))
            }
            return outcome
        } catch {
            return .refused(error)
        }
    }

    private func outcome(
        of request: PaymentRequest, checked parameters: FormParameters, at now: Date, pages: String
    ) throws(StripeError) -> BookOutcome {
        switch request.operation {
        case .create: return try create(request.parameters, version: request.version, at: now, pages: pages)
        case .confirm: return try confirm(try intent(request.id), request.parameters, at: now, pages: pages)
        case .capture: return try capture(try intent(request.id), request.parameters, at: now)
        case .cancel: return try cancel(try intent(request.id), request.parameters, at: now)
        case .retrieve: return BookOutcome(answer: .success(try intent(request.id).wire))
        case .update: return try update(try intent(request.id), request.parameters)
        case .list: return BookOutcome(answer: .success(try list(request.parameters)))
        case .refund: return try refund(request.parameters, at: now)
        case .updateRefund: return try update(try refund(request.id), request.parameters)
        case .cancelRefund: return try cancel(try refund(request.id))
        case .retrieveRefund: return BookOutcome(answer: .success(try refund(request.id).wire))
        case .listRefunds: return BookOutcome(answer: .success(try listRefunds(request.parameters)))
        case .retrieveCharge: return BookOutcome(answer: .success(wire(of: try charge(request.id))))
        case .listCharges: return BookOutcome(answer: .success(try listCharges(request.parameters)))
        case .retrieveMethod: return BookOutcome(answer: .success(try Self.method(request.id)))
        case .updateDispute: return try update(try dispute(request.id), request.parameters, at: now)
        case .closeDispute: return try accept(try dispute(request.id), at: now)
        case .retrieveDispute: return BookOutcome(answer: .success(try dispute(request.id).wire))
        case .listDisputes: return BookOutcome(answer: .success(try listDisputes(request.parameters)))
        case .retrieveEvent: return BookOutcome(answer: .success(try event(request.id).wire))
        case .listEvents: return BookOutcome(answer: .success(try listEvents(request.parameters)))
        }
    }

    /// - Throws: `resource_missing` for an unknown id.
    func intent(_ id: String?) throws(StripeError) -> PaymentIntent {
        guard let id, let intent = intents[id] else { throw .missing("payment_intent", id ?? "", param: "intent") }
        return intent
    }

    /// The change and the answer after a step of an intent.
    func outcome(_ intent: PaymentIntent, _ result: PaymentIntent.StepResult, at now: Date) -> BookOutcome {
        var change = BookChange(intent: intent)
        switch result {
        case .charged(let amount):
            change.charge = chargeMade(of: intent, at: now)
            change.charge?.capture(amount)
            change.ledger = [entry(intent, amount, .charge, now)]
        case .authorized: change.charge = chargeMade(of: intent, at: now)
        case .declined(let decline):
            if decline != .authenticationFailed, let id = intent.latestCharge {
                change.charge = Charge(of: intent, id: id, failure: decline, at: now.unixSeconds)
            }
            return BookOutcome(change: change, answer: .failure(.declined(decline, intent)))
        case .canceled:
            change.charge = intent.latestCharge.flatMap { charges[$0] }
            if let charge = change.charge, charge.failure == nil {
                change.charge?.released = charge.amount
            } else {
                change.charge = nil
            }
        case .actionRequired, .processing: break
        }
        return BookOutcome(change: change, answer: .success(intent.wire))
    }

    private func chargeMade(of intent: PaymentIntent, at now: Date) -> Charge? {
        guard let id = intent.latestCharge else { return nil }
        return charges[id] ?? Charge(of: intent, id: id, at: now.unixSeconds)
    }

    /// A movement of an intent's money.
    func entry(_ intent: PaymentIntent, _ amount: Int64, _ kind: LedgerEntry.Kind, _ now: Date) -> LedgerEntry {
        LedgerEntry(
            intent: intent.id, orderID: intent.orderID, amount: amount, currency: intent.currency, kind: kind, at: now)
    }
}

/// What one call changed. It is journalled as one line and applied as one step, so an intent, the money it moved and
/// its events never differ.
struct BookChange: Sendable, Codable, Equatable {
    var intent: PaymentIntent?
    var charge: Charge?
    var refund: Refund?
    var ledger: [LedgerEntry] = []
    var dispute: Dispute?
    var events: [Event] = []

    init(intent: PaymentIntent? = nil, refund: Refund? = nil, ledger: [LedgerEntry] = [], dispute: Dispute? = nil) {
        self.intent = intent
        self.refund = refund
        self.ledger = ledger
        self.dispute = dispute
    }

    /// Reads a change from a journal, also from one that was written before changes had everything they have now.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        intent = try fields.decodeIfPresent(PaymentIntent.self, forKey: .intent)
        charge = try fields.decodeIfPresent(Charge.self, forKey: .charge)
        refund = try fields.decodeIfPresent(Refund.self, forKey: .refund)
        ledger = try fields.decodeIfPresent([LedgerEntry].self, forKey: .ledger) ?? []
        dispute = try fields.decodeIfPresent(Dispute.self, forKey: .dispute)
        events = try fields.decodeIfPresent([Event].self, forKey: .events) ?? []
    }
}

/// What a call comes to: possibly a change, and an answer. A declined card has both, a change and an error.
struct BookOutcome: Sendable {
    var change: BookChange?
    var answer: Result<JSONValue, StripeError>

    static func refused(_ error: StripeError) -> BookOutcome { BookOutcome(answer: .failure(error)) }

    /// Whether the answer is kept under the call's idempotency key: once it began to run, not while it was only being
    /// checked.
    var isStored: Bool {
        switch answer {
        case .success: true
        case .failure(let error): error.isStored
        }
    }
}

/// Makes identifiers in the provider's form: a prefix that says the kind and 24 random letters and digits.
enum ProviderID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    static func intent() -> String { "pi_" + random(24) }
    static func charge() -> String { "ch_" + random(24) }
    static func refund() -> String { "re_" + random(24) }
    static func dispute() -> String { "du_" + random(24) }
    /// The movement on the provider's balance that a charge or a refund made.
    static func transaction(of id: String) -> String { "txn_" + id.drop { $0 != "_" }.dropFirst() }
    static func event() -> String { "evt_" + random(24) }
    static func thinEvent() -> String { "evt_test_" + random(32) }
    static func mail() -> String { random(22) }
    static func boundary() -> String { random(22) }
    static func request() -> String { "req_" + random(14) }
    static func secret(of intent: String) -> String { intent + "_secret_" + random(25) }

    static func hexadecimal(_ length: Int) -> String {
        String((0..<length).map { _ in "0123456789abcdef".randomElement() ?? "0" })
    }

    private static func random(_ length: Int) -> String {
        // 62 letters, so there is always one to pick; the first stands in only for the type checker.
        String((0..<length).map { _ in alphabet.randomElement() ?? "0" })
    }
}
