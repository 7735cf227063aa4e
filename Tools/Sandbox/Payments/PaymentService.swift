import Crypto
import FoundationEssentials

/// Where calls on the payments stand-in come together: one at a time, journalled before they are answered.
///
/// Between ``begin(_:key:account:)`` and ``perform(_:under:requestID:pages:failing:)`` the key is in flight, however
/// long the caller lets that last (injected latency), so a second request under it sees what it would see at the
/// provider.
actor PaymentService {
    private var book = PaymentState()
    private var keys = IdempotencyStore()
    private let journal: Journal
    private let outbox: WebhookOutbox
    /// What will happen by itself, each told once its cause is known.
    nonisolated let upcoming: AsyncStream<LaterStep>
    private let comingUp: AsyncStream<LaterStep>.Continuation

    init(journal: Journal, outbox: WebhookOutbox, replaying records: [JournalRecord]) {
        self.journal = journal
        self.outbox = outbox
        (upcoming, comingUp) = AsyncStream.makeStream(of: LaterStep.self)
        for record in records {
            if let change = record.change { book.apply(change) }
            if let answer = record.answer { keys.record(answer) }
            if let forgotten = record.forgotten { keys.forget(forgotten) }
        }
        for step in book.later { comingUp.yield(step) }
    }

    /// A claimed idempotency key.
    struct Claim: Sendable {
        let key: String
        let fingerprint: String
        /// The key as the caller wrote it.
        let name: String
    }

    enum Beginning: Sendable {
        case run(Claim)
        case replay(StoredAnswer)
        case mismatch
        case inFlight
    }

    /// The account's version of the API.
    nonisolated var version: StripeVersion { outbox.version }

    /// Claims the idempotency key of a call.
    func begin(_ request: PaymentRequest, key: String, account: String) -> Beginning {
        let claim = Claim(
            key: Self.digest(account).prefix(8) + ":" + key, fingerprint: Self.digest(request.canonical), name: key)
        return switch keys.begin(claim.key, fingerprint: claim.fingerprint, at: .now) {
        case .run: .run(claim)
        case .replay(let answer): .replay(answer)
        case .mismatch: .mismatch
        case .inFlight: .inFlight
        }
    }

    /// Ends a claim whose call never ran.
    func release(_ claim: Claim?) {
        if let claim { keys.release(claim.key) }
    }

    /// Lets the answers under all keys go, or under the keys of one name, and says how many.
    func forgetAnswers(under name: String?) throws(JournalError) -> Int {
        let forgotten = keys.answered(under: name)
        try journal.append(JournalRecord(forgotten: forgotten))
        keys.forget(forgotten)
        return forgotten.count
    }

    /// Runs a call: decides, journals, applies, answers.
    /// - Parameters:
    ///   - pages: base URL of the sandbox's own pages, as the caller reaches them.
    ///   - failing: the call takes effect, but its answer (also the stored one) is a 500.
    /// - Throws: `JournalError` when the journal could not be written; then nothing happened.
    func perform(
        _ request: PaymentRequest, under claim: Claim?, requestID: String, pages: String, failing: Bool = false
    ) throws(JournalError) -> FinishedCall {
        var outcome = book.outcome(of: request, at: .now, pages: pages)
        if failing, outcome.isStored {
            var error = StripeError.api(
                "An error occurred with our connection to the card network (injected by the sandbox).")
            error.isStored = true
            outcome.answer = .failure(error)
        }
        return try finish(outcome, under: claim, requestID: requestID)
    }

    /// Ends a customer's authentication.
    func finishAuthentication(of id: String, passed: Bool, requestID: String) throws(JournalError) -> FinishedCall {
        try finish(book.finishAuthentication(of: id, passed: passed, at: .now), under: nil, requestID: requestID)
    }

    /// What waits for time to pass; of one order where given.
    func stepsLater(orderID: String?) -> [LaterStep] {
        book.later.filter { step in
            switch step {
            case .refund(let id), .dispute(intent: let id), .processing(intent: let id), .verdict(dispute: let id):
                orderID == nil || self.orderID(of: id) == orderID
            }
        }
    }

    /// Lets something happen that waits for time to pass; nil when it has already.
    func letHappen(_ step: LaterStep) throws(JournalError) -> FinishedCall? {
        guard let outcome = book.outcome(of: step, at: .now) else { return nil }
        return try finish(outcome, under: nil, requestID: nil)
    }

    /// Lets the customer of an intent ask the money back.
    func dispute(_ intent: PaymentIntent, reason: String, isInquiry: Bool, dueBy: Int64?) throws(JournalError)
        -> FinishedCall
    {
        try finish(
            book.dispute(intent, reason: reason, isInquiry: isInquiry, dueBy: dueBy, at: .now), under: nil,
            requestID: nil)
    }

    /// Lets the bank decide a dispute.
    func close(_ dispute: String, as status: Dispute.Status) throws(JournalError) -> FinishedCall {
        try finish(book.close(dispute, as: status, at: .now), under: nil, requestID: nil)
    }

    /// Disputes, oldest first.
    var disputes: [Dispute] { book.disputeOrder.compactMap { book.disputes[$0] } }

    /// - Parameter requestID: of the call; nil when time or a caller other than the shop is the cause.
    private func finish(_ outcome: BookOutcome, under claim: Claim?, requestID: String?) throws(JournalError)
        -> FinishedCall
    {
        let answer = PaymentAnswer(outcome.answer, requestID: requestID ?? ProviderID.request())
        var record = JournalRecord(change: outcome.change)
        if let change = outcome.change {
            let origin = EventOrigin(
                at: .now, requestID: requestID, idempotencyKey: claim?.name, isAnnounced: outbox.target != nil,
                version: outbox.version)
            record.change?.events = book.events(of: change, from: origin)
        }
        if let claim, outcome.isStored {
            record.answer = StoredAnswer(
                key: claim.key, fingerprint: claim.fingerprint, status: answer.status, body: answer.body,
                requestID: answer.requestID,
                at: .now)
        }
        if record.change != nil || record.answer != nil { try journal.append(record) }
        if let change = record.change {
            book.apply(change)
            for step in book.later(after: change) { comingUp.yield(step) }
        }
        if let stored = record.answer { keys.record(stored) } else { release(claim) }
        return FinishedCall(answer: answer, announcements: outbox.add(record.change?.events ?? []))
    }

    /// The order an intent, a charge, a refund or a dispute is for, so that a fault can be aimed at it.
    func orderID(of id: String) -> String? {
        let intent = book.refunds[id]?.intent ?? book.charges[id]?.intent ?? book.disputes[id]?.intent ?? id
        return book.intents[intent]?.orderID
    }

    func event(_ id: String) -> Event? { book.events[id] }

    func intent(_ id: String) -> PaymentIntent? { book.intents[id] }

    /// The newest intents first.
    func newestIntents(_ count: Int) -> [PaymentIntent] {
        book.intentOrder.suffix(count).reversed().compactMap { book.intents[$0] }
    }

    /// Money moved, oldest first; of one intent or one order where given.
    func ledger(intent: String? = nil, orderID: String? = nil) -> [LedgerEntry] {
        book.ledger.filter { (intent == nil || $0.intent == intent) && (orderID == nil || $0.orderID == orderID) }
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
