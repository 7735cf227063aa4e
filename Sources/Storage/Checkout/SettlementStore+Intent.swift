package import Domain
import Postgres

/// What became of storing a provider's intent with its payment.
package enum RecordIntentOutcome: Hashable, Sendable {
    /// It is stored, now or by an earlier run: confirm it, as this attempt with this method.
    case recorded(attempt: Int, method: String)
    /// The payment has another intent already. Use that one and cancel the new one, which never moved money.
    case superseded(by: PaymentIntent.ID)
    /// The order does not take payments any more. Cancel the intent.
    case notPayable(OrderStatus)
    /// There is no such order.
    case unknownOrder
}

extension SettlementStore {
    /// Stores the provider's intent before any money moves (transaction W2). Once this has answered `recorded`, the
    /// intent may be confirmed.
    ///
    /// - Throws: `PostgresError`; also when the intent already belongs to another payment.
    package func recordIntent(_ intentID: PaymentIntent.ID, for orderID: Order.ID) async throws -> RecordIntentOutcome {
        try await database.transaction { transaction in
            let orders = try transaction.run(LockedOrders.locking([orderID]))
            guard let facts = orders.entries[orderID]?.facts else { return .unknownOrder }
            guard facts.status == .reserved, facts.paymentStatus != .canceled else { return .notPayable(facts.status) }
            if let stored = facts.intentID, stored != intentID { return .superseded(by: stored) }
            if facts.paymentStatus.canBecome(.confirming) {
                var writes = CheckedWrites()
                writes.add([PaymentChange(facts.paymentID, to: .confirming, intentID: intentID)])
                writes.add(OrderHistory.noting(.paymentStarted, "attempt_\(facts.attempt)", of: orderID))
                try writes.run(in: transaction)
            }
            return .recorded(attempt: facts.attempt, method: facts.method)
        }
    }

    /// Gives a payment the next try to make its intent, because the key of the present one is spent: the provider may
    /// replay a failure of its own under it. Whatever that try has left at the provider is never confirmed, so it moves
    /// no money.
    ///
    /// `false` when the try is not the present one any more, or an intent is stored: another attempt is at it.
    package func beginNextCreation(of paymentID: Payment.ID, after creation: Int) async throws -> Bool {
        try await database.execute(
            """
            UPDATE payments SET creation = creation + 1, updated_at = now()
             WHERE id = \(paymentID) AND creation = \(creation) AND provider_intent_id IS NULL
            """) == 1
    }

    /// Gives a payment that is being confirmed its next attempt, with the same method, because the key of the present
    /// one is spent: the provider may replay a failure of its own under it. Once this has answered `true`, the intent
    /// may be confirmed under the new attempt's key.
    ///
    /// `false` when the attempt is not the present one any more, or the payment has come further: another attempt is at
    /// it.
    package func beginNextAttempt(of paymentID: Payment.ID, after attempt: Int) async throws -> Bool {
        let noted = try await database.execute(
            OrderHistory.noting(
                from: "SELECT order_id, 'payment_started', 'attempt_' || attempt FROM next",
                with: """
                    WITH next AS (
                        UPDATE payments SET attempt = attempt + 1, updated_at = now()
                         WHERE id = \(paymentID) AND attempt = \(attempt) AND status = 'confirming'
                        RETURNING order_id, attempt
                    )
                    """))
        return noted == 1
    }
}
