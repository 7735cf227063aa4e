import Domain
import JobQueue
import Logging
import Storage

/// Settles what events say of refunds, through the one function that settles all updates of refunds.
struct RefundEventHandler: Sendable {
    let refunds: RefundStore
    let store: SettlementStore
    let payments: any PaymentProvider
    private var owners: PaymentOwners { PaymentOwners(store: store, payments: payments) }

    /// A refund that changed. Its states only lead forward, so a snapshot may be taken whenever it comes. One that this
    /// shop did not make is written down where the payment is this shop's.
    ///
    /// - Throws: ``JobFailure`` when the provider can't be asked, ``UnmatchedEvent``.
    func settle(_ refund: ProviderRefund, _ logger: Logger) async throws -> PaymentEventOutcome {
        if let id = try await ours(refund) {
            switch try await refunds.record(refund, for: id) {
            case .recorded(let refund):
                tell(of: refund, logger)
                return .refundRecorded
            case .unchanged: return .alreadyKnown
            case .foreign: return .mismatch
            case .unknownRefund: break
            }
        }
        let isStored =
            if let intentID = refund.intentID { try await store.load(intent: intentID) != nil } else { false }
        if !isStored {
            // Whose the payment is the refund may say; else the payment does.
            let owner =
                if let shop = refund.shop {
                    PaymentOwner(of: shop, in: try await store.shopIdentity(), isStored: false, isNamed: false)
                } else {
                    try await owners.owner(of: refund.intentID)
                }
            guard owner == .thisShop else { return .foreign }
        }
        // Ours, or of a payment of ours, and lost here: the reconciliation writes it down again once its payment is
        // known.
        if refund.refundID != nil || !isStored { throw UnmatchedEvent(outcome: .unknownRefund) }
        switch try await refunds.recordElsewhere(refund) {
        case .recorded(let found):
            tell(of: found, logger)
            logger.notice(
                "a refund was made at the payment provider",
                metadata: ["order_id": "\(found.orderID)", "refund": "\(refund.id)", "amount": "\(found.amount)"])
            return .refundFoundElsewhere
        case .unchanged: return .alreadyKnown
        case .foreign: return .mismatch
        // It refunds nothing; or of its payment nothing is known to have been captured yet.
        case .unknownRefund:
            if refund.status.isLive { throw UnmatchedEvent(outcome: .unknownRefund) }
            return .alreadyKnown
        }
    }

    private func tell(of refund: Refund, _ logger: Logger) {
        PaymentMetrics.refunded(refund)
        if refund.status.isLive { return }
        logger.error(
            "a refund came to nothing",
            metadata: [
                "order_id": "\(refund.orderID)", "refund_id": "\(refund.id)", "amount": "\(refund.amount)",
                "reason": "\(refund.failureReason ?? "no reason given")",
            ])
    }

    /// So much of a charge has gone back. Unless that much is known to have, the refunds themselves tell which they
    /// are.
    ///
    /// - Throws: ``JobFailure`` when the provider can't be asked, ``UnmatchedEvent``.
    func settle(_ charge: ChargeRefund, _ logger: Logger) async throws -> PaymentEventOutcome {
        guard let intentID = charge.intentID else { return .foreign }
        if try await store.load(intent: intentID) != nil {
            let known = try await refunds.refunds(from: intentID).filter { $0.status == .succeeded }
            if known.map(\.amount.amount).reduce(0, +) >= charge.refunded.amount { return .alreadyKnown }
        } else if try await owners.owner(of: intentID, shop: charge.shop, orderID: charge.orderID) != .thisShop {
            return .foreign
        }
        let theirs = try await payments.forJob.refunds(of: intentID)
        var outcomes: [PaymentEventOutcome] = []
        for refund in theirs { outcomes.append(try await settle(refund, logger)) }
        return outcomes.first { $0.isUnmatched } ?? outcomes.first {
            $0 == .refundRecorded || $0 == .refundFoundElsewhere
        }
            ?? .alreadyKnown
    }

    private func ours(_ refund: ProviderRefund) async throws -> Refund.ID? {
        if let id = refund.refundID { return id }
        return try await refunds.refund(withProviderID: refund.id)
    }
}
