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
        var attempt = (number: facts.attempt, method: facts.method)
        var intentID = facts.intentID
        if intentID == nil {
            let created = try await createIntent(for: facts)
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
        let settled = try await confirm(intentID, of: facts, attempt: attempt.number, method: attempt.method)
        try await settle(settled, of: facts, in: context)
    }

    /// E1: moves no money.
    private func createIntent(for facts: CheckoutFacts) async throws -> PaymentIntent.ID {
        guard let key = IdempotencyKey.creation(ofPayment: facts.paymentID) else { throw Self.badKey(facts) }
        let request = PaymentIntentRequest(
            orderID: facts.orderID, orderNumber: facts.orderNumber, amount: facts.amount, captureMethod: captureMethod, key: key,
            metadata: ["order_id": "\(facts.orderID)", "payment_id": "\(facts.paymentID)"])
        do {
            return try await payments.create(request).id
        } catch {
            // Creating again with the same key is harmless, whatever became of the first call.
            throw error.disposition == .readBack ? JobFailure.transient(error.description) : error.jobFailure
        }
    }

    /// E2: moves money, at most once per intent. Answers a snapshot that says how it ended.
    private func confirm(_ id: PaymentIntent.ID, of facts: CheckoutFacts, attempt: Int, method: String) async throws -> PaymentIntent {
        guard let key = IdempotencyKey.confirmation(ofPayment: facts.paymentID, attempt: attempt) else { throw Self.badKey(facts) }
        do {
            return try await payments.confirm(id, method: method, key: key)
        } catch {
            switch error.disposition {
            case .settle:
                guard case .declined(let decline, let intent) = error else { return try await readBack(id) }
                if let intent { return intent.asDeclined(decline) }
                return try await readBack(id).asDeclined(decline)
            case .readBack:
                let intent = try await readBack(id)
                // Unchanged: the call never took effect, or is still under way. The same key is safe either way.
                if intent.status == .requiresConfirmation || intent.status == .requiresPaymentMethod && intent.lastError == nil {
                    throw JobFailure.transient(error.description)
                }
                return intent
            case .retrySameKey, .openCircuit, .deadLetter:
                throw error.jobFailure
            }
        }
    }

    /// W3.
    private func settle(_ intent: PaymentIntent, of facts: CheckoutFacts, in context: JobContext) async throws {
        let news = Finalisation(orderID: facts.orderID, intent: intent, source: .worker, completion: context.completion)
        let outcome = try await checkouts.finalise(news)
        guard let outcome else { throw JobFailure.permanent(code: "unknown_order", "there is no order \(facts.orderID)") }
        if !outcome.isJobCompleted {
            throw JobFailure.snooze(.seconds(5), "the payment is \(intent.status.rawValue)")
        }
    }

    private func readBack(_ id: PaymentIntent.ID) async throws -> PaymentIntent {
        do {
            return try await payments.retrieve(id)
        } catch {
            throw error.jobFailure
        }
    }

    /// Calls off an intent that nobody will confirm. It never moved money, so failing to cancel it costs nothing but tidiness.
    private func cancel(_ id: PaymentIntent.ID, of facts: CheckoutFacts) async throws {
        guard let key = IdempotencyKey(rawValue: "px:\(id)") else { throw Self.badKey(facts) }
        do {
            _ = try await payments.cancel(id, key: key)
        } catch {
            switch error.disposition {
            case .settle, .readBack, .deadLetter: return
            case .retrySameKey, .openCircuit: throw error.jobFailure
            }
        }
    }

    private static func badKey(_ facts: CheckoutFacts) -> JobFailure {
        .permanent(code: "bad_key", "no idempotency key can be made for payment \(facts.paymentID)")
    }
}

extension PaymentIntent {
    fileprivate func asDeclined(_ decline: Decline) -> PaymentIntent {
        PaymentIntent(
            id: id, status: status, amount: amount, clientSecret: clientSecret, lastError: lastError ?? decline, orderID: orderID,
            requestID: requestID)
    }
}
