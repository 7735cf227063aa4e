import FoundationEssentials
import JSON

extension PaymentState {
    /// Everything that is yet to happen by itself, oldest payments first.
    var later: [LaterStep] {
        intentOrder.compactMap { intents[$0] }.compactMap(later)
            + refundOrder.compactMap { refunds[$0] }.compactMap(later)
            + disputeOrder.compactMap { disputes[$0] }.compactMap(later)
    }

    /// What will happen by itself because of a change that was applied.
    func later(after change: BookChange) -> [LaterStep] {
        [change.intent.flatMap(later), change.refund.flatMap(later), change.dispute.flatMap(later)].compactMap { $0 }
    }

    /// Lets it happen; nil when it has already.
    func outcome(of step: LaterStep, at now: Date) -> BookOutcome? {
        switch step {
        case .refund(let id):
            guard var refund = refunds[id], later(refund) == step, let intent = intents[refund.intent] else {
                return nil
            }
            refund.status = Refund.later(refund.status, paymentMethod: intent.paymentMethod)
            if refund.status == .failed { refund.failureReason = "expired_or_canceled_card" }
            let bounced = refund.status == .failed ? [entry(intent, refund.amount, .refundFailed, now)] : []
            return BookOutcome(change: BookChange(refund: refund, ledger: bounced), answer: .success(refund.wire))
        case .dispute(let id):
            guard let intent = intents[id], later(intent) == step else { return nil }
            return dispute(intent, reason: "fraudulent", at: now)
        case .verdict(let id):
            guard let dispute = disputes[id], later(dispute) == step, let verdict = dispute.verdict else { return nil }
            return close(id, as: verdict, at: now)
        case .processing(let id):
            guard var intent = intents[id], later(intent) == step, let result = intent.finishProcessing() else {
                return nil
            }
            return outcome(intent, result, at: now)
        }
    }

    private func later(_ intent: PaymentIntent) -> LaterStep? {
        switch intent.status {
        case .processing: .processing(intent: intent.id)
        case .succeeded where intent.paymentMethod == "pm_card_createDispute" && disputeOf[intent.id] == nil:
            .dispute(intent: intent.id)
        default: nil
        }
    }

    private func later(_ dispute: Dispute) -> LaterStep? {
        dispute.verdict == nil ? nil : .verdict(dispute: dispute.id)
    }

    private func later(_ refund: Refund) -> LaterStep? {
        let method = intents[refund.intent]?.paymentMethod
        return Refund.later(refund.status, paymentMethod: method) == refund.status ? nil : .refund(refund.id)
    }
}
