import Domain
import Postgres

/// A change of a payment: where it goes, and what is known of it now.
///
/// This is the only way a payment changes its state. The statement is made from ``PaymentStatus/transitions``: it
/// passes over a payment that may not go where it is sent, and ``query(_:captureWindow:)`` then undoes the transaction.
struct PaymentChange: Sendable {
    /// The next try with another payment method.
    struct Retry: Sendable {
        let method: String
        let client: String?
    }

    let payment: Payment.ID
    /// Where it goes; it stays where it is when `nil`.
    let status: PaymentStatus?
    /// The provider's intent. One that is stored already stays.
    var intentID: PaymentIntent.ID?
    /// Whether it is the provider's word, or a new attempt, so that what was said of the last attempt is over.
    private var replacesAnswer = false
    private var decline: Decline?
    /// Only while the customer has to act.
    private var clientSecret: String?
    /// What was captured in all, where that changes.
    private var captured: Money?
    /// What is authorized, where that changes.
    private var authorized: Money?
    private var retry: Retry?

    init(_ payment: Payment.ID, to status: PaymentStatus?, intentID: PaymentIntent.ID? = nil) {
        self.payment = payment
        self.status = status
        self.intentID = intentID
    }

    /// What the provider says of it.
    init(_ payment: Payment.ID, to status: PaymentStatus, saidBy intent: PaymentIntent) {
        self.init(payment, to: status, intentID: intent.id)
        replacesAnswer = true
        decline = status == .failed ? intent.lastError : nil
        clientSecret = status == .requiresAction ? intent.clientSecret : nil
        captured = status == .captured ? intent.captured : nil
        authorized = status == .authorized ? intent.held : nil
    }

    /// What refunds make of it, and where another amount turns out to have been taken, that one.
    init(_ payment: Payment.ID, _ sum: RefundSum, isCorrection: Bool = false) {
        self.init(payment, to: sum.payment)
        captured = isCorrection ? sum.captured : nil
    }

    /// Another attempt. With an intent that is stored it may be confirmed at once.
    init(_ payment: Payment.ID, retrying retry: Retry, intentID: PaymentIntent.ID?) {
        self.init(payment, to: intentID == nil ? nil : .confirming)
        replacesAnswer = true
        self.retry = retry
    }
}

extension PaymentChange {
    /// One statement for any number of changes, of different payments. Returns the `id` of each that changed. The
    /// caller holds their locks.
    ///
    /// - Parameter captureWindow: for how long the provider holds money that is authorized now.
    static func statement(_ changes: [PaymentChange], captureWindow: Duration = .zero) -> SQL {
        """
        UPDATE payments AS p
           SET status = coalesce(c.status, p.status), updated_at = now(),
               provider_intent_id = coalesce(p.provider_intent_id, c.intent_id), client_secret = c.client_secret,
               decline_code = CASE WHEN c.replaces_answer THEN c.decline_code ELSE p.decline_code END,
               decline_message = CASE WHEN c.replaces_answer THEN c.decline_message ELSE p.decline_message END,
               claimed_until = CASE WHEN c.replaces_answer THEN NULL ELSE p.claimed_until END,
               captured_amount = CASE WHEN c.captured IS NULL THEN p.captured_amount
                                      ELSE least(c.captured, p.amount) END,
               authorized_amount = CASE WHEN c.authorized IS NULL THEN p.authorized_amount
                                        ELSE least(c.authorized, p.amount) END,
               authorized_at = CASE WHEN c.status = 'authorized' THEN now() ELSE p.authorized_at END,
               capture_before = CASE WHEN c.status = 'authorized'
                                     THEN now() + make_interval(secs => \(captureWindow.inSeconds))
                                     ELSE p.capture_before END,
               attempt = p.attempt + CASE WHEN c.method IS NULL THEN 0 ELSE 1 END,
               method = coalesce(c.method, p.method),
               client = CASE WHEN c.method IS NULL THEN p.client ELSE c.client END
          FROM unnest(\(changes.map(\.payment))::uuid[], \(changes.map(\.status))::text[],
                      \(changes.map(\.intentID))::text[], \(changes.map(\.replacesAnswer))::boolean[],
                      \(changes.map { $0.decline.map { $0.declineCode ?? $0.code } })::text[],
                      \(changes.map(\.decline?.message))::text[], \(changes.map(\.clientSecret))::text[],
                      \(changes.map(\.captured?.amount))::bigint[], \(changes.map(\.authorized?.amount))::bigint[],
                      \(changes.map(\.retry?.method))::text[], \(changes.map(\.retry?.client))::text[])
               AS c (id, status, intent_id, replaces_answer, decline_code, decline_message, client_secret, captured,
                     authorized, method, client)
         WHERE p.id = c.id AND \(raw: PaymentStatus.guarding("p.status", "c.status"))
        RETURNING p.id
        """
    }

    /// The same as a query, which throws ``StorageError/forbiddenTransition(_:)`` unless every payment changed, and so
    /// undoes the transaction.
    static func query(_ changes: [PaymentChange], captureWindow: Duration = .zero) -> Query<Void> {
        Query(statement(changes, captureWindow: captureWindow)) { result in
            if result.rows.count == changes.count { return }
            let changed = Set(try result.rows.map { try $0["id"] as Payment.ID })
            let left = changes.filter { !changed.contains($0.payment) }
                .map { "payment \($0.payment) to \($0.status?.rawValue ?? "where it is")" }
            throw StorageError.forbiddenTransition(left.joined(separator: ", "))
        }
    }
}

extension LockedOrders.Entry {
    /// Ends the payment without money. One that was never required, or has ended, stays.
    var paymentVoid: [PaymentChange] {
        facts.paymentStatus.canBecome(.canceled) ? [PaymentChange(facts.paymentID, to: .canceled)] : []
    }
}
