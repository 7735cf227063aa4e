import Domain
import JobQueue
import Storage

/// Applies what makes the provider's books and ours agree. Everything here may be done twice, and by two workers at
/// once.
struct BreakResolver: Sendable {
    let store: SettlementStore
    let checkouts: CheckoutBatches
    let refunds: RefundStore
    let payments: any PaymentProvider

    /// Says whether the books agree now. Money that is about to go back has not gone back yet.
    ///
    /// - Throws: ``JobFailure`` when the provider cannot be asked, and what the database throws.
    func resolve(_ finding: ReconciliationFinding, in intent: PaymentIntent) async throws -> Bool {
        switch finding.resolution {
        case .settle(let orderID):
            let outcome = try await checkouts.settle(
                PaymentUpdate(orderID: orderID, intent: intent, source: .reconciler))
            switch outcome?.settlement {
            case nil, .ignore(.undecided), .ignore(.notReserved), .ignore(.foreignIntent), .ignore(.amountMismatch):
                return false
            default: return true
            }
        case .adopt(let orderID):
            if case .recorded = try await store.recordIntent(intent.id, for: orderID) { return true }
            return false
        case .cancel:
            return try await cancel(intent)
        case .refund(let amount, let reason, let paymentID):
            guard let orderID = finding.orderID else { return false }
            try await refunds.refundOrphanCharge(
                OrphanCharge(
                    intentID: intent.id, orderID: orderID, paymentID: paymentID, amount: amount, reason: reason),
                by: .system("reconciler"))
            return false
        case .recordRefund, .restoreRefund, .recordElsewhere, .askOperator:
            return false
        }
    }

    /// The same for a refund.
    func resolve(_ finding: ReconciliationFinding, in refund: ProviderRefund) async throws -> Bool {
        let outcome: RecordRefundOutcome
        switch finding.resolution {
        case .recordRefund(let id): outcome = try await refunds.record(refund, for: id)
        case .restoreRefund: outcome = try await refunds.restore(refund)
        case .recordElsewhere: outcome = try await refunds.recordElsewhere(refund)
        case .settle, .adopt, .cancel, .refund, .askOperator: return false
        }
        switch outcome {
        case .recorded(let refund):
            PaymentMetrics.refunded(refund)
            return true
        case .unchanged: return true
        case .foreign, .unknownRefund: return false
        }
    }

    private func cancel(_ intent: PaymentIntent) async throws -> Bool {
        guard let key = IdempotencyKey.cancellation(ofPayment: intent.id) else { return false }
        return try await RetryingCalls.run { () throws(PaymentFailure) in
            // What has changed meanwhile the next run sees.
            try await payments.cancelIfPossible(intent.id, key: key)
        }
    }
}
