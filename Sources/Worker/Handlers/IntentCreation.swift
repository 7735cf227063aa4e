import Domain
import JobQueue
import Storage

/// Step E1 of a checkout: makes the intent, which moves no money. Whatever is repeated here, only the one whose id is
/// stored is ever confirmed.
struct IntentCreation: Sendable {
    let store: CheckoutStore
    let payments: any PaymentProvider
    let search: IntentSearch
    let captureMethod: PaymentIntentRequest.CaptureMethod
    let facts: CheckoutSnapshot

    private enum Answer {
        case made(PaymentIntent.ID)
        /// The provider failed, and may replay that under the key for a day.
        case keySpent(PaymentFailure)
    }

    /// Makes the intent, or finds the one that an earlier run has made. A key that is spent is left for the next one,
    /// once.
    ///
    /// - Throws: ``JobFailure`` when another try is due, ``PaymentRefused`` when none ever is.
    func run() async throws -> PaymentIntent.ID {
        // For an order so old that the provider may have forgotten its keys, one that was made before is looked for
        // first.
        let known = try await search.intents(of: facts.orderID, placedAt: facts.placedAt)
        if let known = known?.first(where: { $0.paymentID == facts.paymentID }) { return known.id }
        let failure: PaymentFailure
        switch try await create(facts.creation) {
        case .made(let id): return id
        case .keySpent(let reason): failure = reason
        }
        // Committed before the new key is used, so that a retry of this job comes to the same key.
        guard try await store.beginNextCreation(of: facts.paymentID, after: facts.creation) else {
            throw failure.jobFailure
        }
        switch try await create(facts.creation + 1) {
        case .made(let id): return id
        case .keySpent(let failure): throw failure.jobFailure
        }
    }

    private func create(_ number: Int) async throws -> Answer {
        guard let key = IdempotencyKey.creation(ofPayment: facts.paymentID, number: number) else {
            throw JobFailure.badKey(facts.paymentID)
        }
        let request = PaymentIntentRequest(
            orderID: facts.orderID, orderNumber: facts.orderNumber, amount: facts.amount, captureMethod: captureMethod,
            key: key,
            metadata: ["payment_id": "\(facts.paymentID)", "shop": try await store.shopIdentity()])
        do {
            return .made(try await payments.create(request).id)
        } catch {
            if case .outcomeUnknown(_, answered: true) = error { return .keySpent(error) }
            if let refusal = error.refusal { throw PaymentRefused(refusal: refusal, failure: error) }
            // Creating again with the same key is harmless, whatever became of this call.
            throw error.jobFailure
        }
    }
}
