import CrashPoints
import Domain
import JobQueue
import Storage
import Threading

/// Takes an accepted order to its end: set stock aside, create the intent, store its id, confirm it, settle.
///
/// No transaction is open while the provider is awaited. Whatever kills the process between two steps, the next attempt starts at the
/// top: every step finds what an earlier attempt has done, and every call to the provider repeats its idempotency key.
struct CheckoutHandler: JobHandler {
    let checkouts: CheckoutBatches
    let store: CheckoutStore
    let payments: any PaymentProvider
    let captureMethod: PaymentIntentRequest.CaptureMethod
    private let search: IntentSearch

    init(
        checkouts: CheckoutBatches, store: CheckoutStore, payments: any PaymentProvider, captureMethod: PaymentIntentRequest.CaptureMethod
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
            try await pay(facts, in: context)
        case .rejected, .settled:
            return
        case .unknownOrder:
            throw JobFailure.permanent(code: "unknown_order", "there is no order \(job.orderID)")
        }
    }

    private func pay(_ facts: CheckoutFacts, in context: JobContext) async throws {
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
                try await cancel(created, of: facts)
                intentID = recorded
            case .notPayable:
                return try await cancel(created, of: facts)
            case .unknownOrder:
                throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)")
            }
        }
        guard let intentID else { return }
        CrashPoint.pass(.intentRecorded)
        let charge = PaymentCharge(store: store, payments: payments, intentID: intentID, paymentID: facts.paymentID, method: attempt.method)
        let intent = try await charge.run(attempt: attempt.number)
        CrashPoint.pass(.charged)
        try await settle(intent, of: facts, in: context)
    }

    /// W3.
    private func settle(_ intent: PaymentIntent, of facts: CheckoutFacts, in context: JobContext) async throws {
        let news = Finalisation(orderID: facts.orderID, intent: intent, source: .worker, completion: context.completion)
        let outcome = try await checkouts.finalise(news)
        guard let outcome else { throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)") }
        switch outcome.settlement {
        case .ignore(.foreignIntent), .ignore(.amountMismatch):
            // No waiting makes them fit: somebody has to look.
            throw JobFailure.permanent(
                code: "payment_mismatch", "intent \(intent.id) does not fit order \(facts.orderID): \(outcome.settlement)")
        default: break
        }
        if !outcome.isJobCompleted {
            throw JobFailure.snooze(.seconds(5), "the payment is \(intent.status.rawValue)")
        }
    }

    /// Calls off an intent that nobody will confirm. It never moved money, so failing to cancel it costs nothing but tidiness.
    private func cancel(_ id: PaymentIntent.ID, of facts: CheckoutFacts) async throws {
        guard let key = IdempotencyKey.cancellation(ofPayment: facts.paymentID) else { throw JobFailure.badKey(facts.paymentID) }
        do {
            _ = try await payments.cancel(id, key: key)
        } catch {
            switch error.disposition {
            case .settle, .readBack, .deadLetter: return
            case .retrySameKey, .openCircuit: throw error.jobFailure
            }
        }
    }
}
