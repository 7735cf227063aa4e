import Domain
import JobQueue
import Storage

/// Step E2 of a checkout: the one call that moves money, and how to find out what became of it.
///
/// Whatever is repeated here, money moves at most once: every call confirms the same stored intent, and an intent
/// succeeds at most once.
struct PaymentCharge: Sendable {
    let store: SettlementStore
    let payments: any PaymentProvider
    let intentID: PaymentIntent.ID
    let paymentID: Payment.ID
    let method: String

    private enum Answer {
        /// The provider's snapshot says how the attempt ended.
        case ended(PaymentIntent)
        /// The provider failed and nothing shows that it acted. It may replay that failure under the attempt's key for
        /// a day.
        case keySpent(PaymentFailure)
    }

    /// Charges, and answers a snapshot that says how it ended. A key that is spent is left for the key of a new
    /// attempt, once.
    ///
    /// - Throws: ``JobFailure`` when it is not known yet, or when another try is due, ``PaymentRefused`` when none ever
    ///   is.
    func run(attempt: Int) async throws -> PaymentIntent {
        try await stepsOfJob { try await charge(attempt: attempt) }
    }

    private func charge(attempt: Int) async throws -> PaymentIntent {
        let failure: PaymentFailure
        switch try await confirm(attempt: attempt) {
        case .ended(let intent): return intent
        case .keySpent(let reason): failure = reason
        }
        // Committed before the new key is used, so that a retry of this job comes to the same key.
        guard try await store.beginNextAttempt(of: paymentID, after: attempt) else { throw failure }
        switch try await confirm(attempt: attempt + 1) {
        case .ended(let intent): return intent
        case .keySpent(let failure): throw failure
        }
    }

    private func confirm(attempt: Int) async throws -> Answer {
        guard let key = IdempotencyKey.confirmation(ofPayment: paymentID, attempt: attempt) else {
            throw JobFailure.badKey(paymentID)
        }
        do {
            return .ended(try await payments.confirm(intentID, method: method, key: key))
        } catch {
            switch error.disposition {
            case .settle:
                guard case .declined(let decline, let intent) = error else {
                    return .ended(try await payments.retrieve(intentID))
                }
                if let intent { return .ended(intent.asDeclined(decline)) }
                return .ended(try await payments.retrieve(intentID).asDeclined(decline))
            case .readBack: return try await lookUp(error, attempt: attempt)
            case .deadLetter:
                if let refusal = error.refusal { throw PaymentRefused(refusal: refusal, failure: error) }
                throw error
            case .retrySameKey, .openCircuit: throw error
            }
        }
    }

    /// Reads in the intent what became of a confirmation without a proper answer.
    private func lookUp(_ failure: PaymentFailure, attempt: Int) async throws -> Answer {
        let intent = try await payments.retrieve(intentID)
        let saysNothing =
            switch intent.status {
            case .requiresConfirmation: true
            // After the first attempt a decline may be an earlier one's, and nothing in the intent tells which.
            case .requiresPaymentMethod: intent.lastError == nil || attempt > 1
            case .requiresAction, .processing, .requiresCapture, .succeeded, .canceled: false
            }
        guard saysNothing else { return .ended(intent) }
        if case .outcomeUnknown(_, answered: true) = failure { return .keySpent(failure) }
        // The call never took effect, is still under way, or was declined. The same key is safe in each case, and tells
        // in the last.
        throw JobFailure.transient(failure.description)
    }
}

/// The provider will not carry a payment out, however often it is asked.
struct PaymentRefused: Error {
    let refusal: PaymentRefusal
    let failure: PaymentFailure
}

extension PaymentIntent {
    fileprivate func asDeclined(_ decline: Decline) -> PaymentIntent {
        PaymentIntent(
            id: id, status: status, amount: amount, clientSecret: clientSecret,
            lastError: Decline(
                code: (lastError ?? decline).code, declineCode: (lastError ?? decline).declineCode,
                message: (lastError ?? decline).message,
                fingerprint: lastError?.fingerprint ?? decline.fingerprint), orderID: orderID,
            requestID: requestID)
    }
}
