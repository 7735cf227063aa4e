import CrashPoints
import Domain
import JobQueue
import Logging
import Storage
import Threading

/// Takes an accepted order to its end: reserve stock, create the intent, store its id, confirm it, settle. An order
/// that costs nothing is at its end with the first step.
///
/// No transaction is open while the provider is awaited. Whatever kills the process between two steps, the next attempt
/// starts at the top: every step finds what an earlier attempt has done, and every call to the provider repeats its
/// idempotency key.
///
/// What the provider refuses for good ends the order: no retry would ever be answered otherwise. Its intent is
/// canceled before, so that no money can move for it later. Whatever else kills the job leaves the order as it is until
/// its time is up, for an operator to bring it back.
struct CheckoutHandler: JobHandler {
    let checkouts: CheckoutBatches
    let store: SettlementStore
    let payments: any PaymentProvider
    let captureMethod: PaymentIntentRequest.CaptureMethod
    private let search: IntentSearch

    init(
        checkouts: CheckoutBatches, store: SettlementStore, payments: any PaymentProvider,
        captureMethod: PaymentIntentRequest.CaptureMethod
    ) {
        self.checkouts = checkouts
        self.store = store
        self.payments = payments
        self.captureMethod = captureMethod
        search = IntentSearch(payments: payments)
    }

    func run(_ job: CheckoutOrder, in context: JobContext) async throws {
        switch try await checkouts.reserve(ReservationRequest(orderID: job.orderID, completion: context.completion)) {
        case .reserved(let facts):
            do {
                try await pay(facts, in: context)
            } catch let refused as PaymentRefused {
                try await end(facts, refused, in: context)
            }
        case .rejected, .settled, .confirmed:
            return
        case .unknownOrder:
            throw JobFailure.permanent(code: "unknown_order", "there is no order \(job.orderID)")
        }
    }

    private func pay(_ facts: CheckoutSnapshot, in context: JobContext) async throws {
        CrashPoint.pass(.stockReserved)
        var attempt = (number: facts.attempt, method: facts.method)
        var intentID = facts.intentID
        if intentID == nil {
            let creation = IntentCreation(
                store: store, payments: payments, search: search, captureMethod: captureMethod, facts: facts)
            let created = try await creation.run()
            CrashPoint.pass(.intentCreated)
            switch try await store.recordIntent(created, for: facts.orderID) {
            case .recorded(let number, let method):
                attempt = (number, method)
                intentID = created
            case .superseded(let recorded):
                try await payments.forJob.cancelIfPossible(created, of: facts.paymentID)
                intentID = recorded
            case .notPayable:
                // It never moved money.
                try await payments.forJob.cancelIfPossible(created, of: facts.paymentID)
                return
            case .unknownOrder:
                throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)")
            }
        }
        guard let intentID else { return }
        CrashPoint.pass(.intentRecorded)
        let charge = PaymentCharge(
            store: store, payments: payments, intentID: intentID, paymentID: facts.paymentID, method: attempt.method)
        let intent = try await charge.run(attempt: attempt.number)
        CrashPoint.pass(.charged)
        try await settle(intent, of: facts, in: context)
    }

    private func settle(
        _ intent: PaymentIntent, of facts: CheckoutSnapshot, refusal: PaymentRefusal? = nil, in context: JobContext
    ) async throws {
        let update = PaymentUpdate(
            orderID: facts.orderID, intent: intent, source: .worker, completion: context.completion, refusal: refusal)
        let outcome = try await checkouts.settle(update)
        guard let outcome else {
            throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)")
        }
        switch outcome.settlement {
        case .ignore(.foreignIntent), .ignore(.amountMismatch):
            // No waiting makes them fit: an operator has to look.
            throw JobFailure.permanent(
                code: "payment_mismatch",
                "intent \(intent.id) does not fit order \(facts.orderID): \(outcome.settlement)")
        default: break
        }
        if !outcome.isJobCompleted {
            throw JobFailure.snooze(.seconds(5), "the payment is \(intent.status.rawValue)")
        }
    }

    /// Ends an order that the provider refuses to take money for. An intent that may be known to it is canceled
    /// first, and the provider's answer to that decides: what has been charged after all is settled as paid.
    private func end(_ facts: CheckoutSnapshot, _ refused: PaymentRefused, in context: JobContext) async throws {
        guard let stored = try await store.load(facts.orderID)?.intentID else {
            switch try await store.refuse(facts.orderID, because: refused.refusal, completion: context.completion) {
            case .rejected: return note(refused, facts, in: context)
            case .settled: return
            case .intentStored:
                throw JobFailure.transient("the payment of order \(facts.orderID) got an intent meanwhile")
            case .unknownOrder: throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)")
            }
        }
        guard let key = IdempotencyKey.cancellation(ofPayment: facts.paymentID) else {
            throw JobFailure.badKey(facts.paymentID)
        }
        let intent: PaymentIntent
        do {
            intent = try await payments.cancelOrRead(stored, key: key)
        } catch {
            // What the provider refuses for good does not say whether the intent can still be charged: the stock stays
            // reserved until its time is up, and a person has a look.
            throw (error.disposition == .deadLetter ? refused.failure : error).jobFailure
        }
        // Not canceled, and not charged: that may change, so this is asked again.
        if [.requiresPaymentMethod, .requiresConfirmation].contains(intent.status) {
            throw JobFailure.transient("the payment is \(intent.status.rawValue) and was not canceled")
        }
        if intent.status == .canceled { note(refused, facts, in: context) }
        try await settle(intent, of: facts, refusal: refused.refusal, in: context)
    }

    private func note(_ refused: PaymentRefused, _ facts: CheckoutSnapshot, in context: JobContext) {
        context.logger.warning(
            "an order ends: the payment provider refuses its payment",
            metadata: ["order_id": "\(facts.orderID)", "reason": "\(refused.failure.description)"])
    }
}
