import Domain
import JobQueue
import Logging
import Storage

/// Settles what events say of refunds, through the one function that settles all news of refunds.
struct RefundNews: Sendable {
    let refunds: RefundStore
    let store: CheckoutStore
    let payments: any PaymentProvider

    /// A refund that changed. Its states only lead forward, so a snapshot may be taken whenever it comes.
    ///
    /// - Throws: ``MissingSubject``.
    func settle(_ refund: ProviderRefund, _ logger: Logger) async throws -> PaymentEventOutcome {
        guard let id = try await ours(refund) else { return .unknownRefund }
        switch try await refunds.record(refund, for: id) {
        case .recorded(let refund):
            PaymentMetrics.refunded(refund)
            if !refund.status.isLive {
                logger.error(
                    "a refund came to nothing",
                    metadata: [
                        "order_id": "\(refund.orderID)", "refund_id": "\(refund.id)", "amount": "\(refund.amount)",
                        "reason": "\(refund.failureReason ?? "no reason given")",
                    ])
            }
            return .refundRecorded
        case .unchanged: return .alreadyKnown
        case .foreign: return .mismatch
        case .unknownRefund: throw MissingSubject(outcome: .unknownRefund)
        }
    }

    /// So much of a charge has gone back. Unless that much is known to have, the refunds themselves tell which they are.
    ///
    /// - Throws: ``JobFailure`` when the provider can't be asked, ``MissingSubject``.
    func settle(_ charge: ChargeRefund, _ logger: Logger) async throws -> PaymentEventOutcome {
        guard let intentID = charge.intentID else { return .foreign }
        if try await store.load(intent: intentID) != nil {
            let known = try await refunds.refunds(from: intentID).filter { $0.status == .succeeded }
            if known.map(\.amount.amount).reduce(0, +) >= charge.refunded.amount { return .alreadyKnown }
        } else if charge.orderID == nil {
            return .foreign
        }
        let theirs: [ProviderRefund]
        do {
            theirs = try await payments.refunds(of: intentID)
        } catch {
            throw error.jobFailure
        }
        var outcomes: [PaymentEventOutcome] = []
        for refund in theirs { outcomes.append(try await settle(refund, logger)) }
        return outcomes.first { $0.isOpenMatter } ?? outcomes.first { $0 == .refundRecorded } ?? .alreadyKnown
    }

    private func ours(_ refund: ProviderRefund) async throws -> Refund.ID? {
        if let id = refund.refundID { return id }
        return try await refunds.refund(withProviderID: refund.id)
    }
}
