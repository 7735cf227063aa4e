import Domain

extension ScriptedPayments {
    /// The refunds this provider has, and how it answers.
    struct RefundBook {
        var refunds: [ProviderRefund] = []
        var answers: [IdempotencyKey: Result<ProviderRefund, PaymentFailure>] = [:]
        var faults: [Fault] = []
        /// What a new refund is.
        var firstStatus = RefundStatus.succeeded
        /// How often money has gone back.
        var count = 0
        /// How often somebody asked what had gone back of an intent.
        var lists = 0

        mutating func answer(_ request: ProviderRefundRequest, of intent: PaymentIntent?) -> Result<
            ProviderRefund, PaymentFailure
        > {
            if let known = answers[request.key] { return known }
            switch faults.isEmpty ? nil : faults.removeFirst() {
            case .serverError(let acts):
                if acts { _ = make(request, of: intent) }
                let failure = PaymentFailure.outcomeUnknown("answered 500", answered: true)
                answers[request.key] = .failure(failure)
                return .failure(failure)
            case .lost(let acts):
                if acts { answers[request.key] = make(request, of: intent) }
                return .failure(.outcomeUnknown("the connection was lost"))
            case nil:
                let answer = make(request, of: intent)
                answers[request.key] = answer
                return answer
            }
        }

        private mutating func make(_ request: ProviderRefundRequest, of intent: PaymentIntent?) -> Result<
            ProviderRefund, PaymentFailure
        > {
            guard let intent else { return .failure(.notFound) }
            let given = refunds.filter { $0.intentID == intent.id && $0.status.isLive }.reduce(0) {
                $0 + $1.amount.amount
            }
            guard intent.status == .succeeded, given + request.amount.amount <= intent.captured.amount else {
                return .failure(.invalidRequest("amount_too_large: the amount is greater than what is left"))
            }
            let refund = ProviderRefund(
                id: .init(rawValue: "re_\(refunds.count + 1)"), status: firstStatus, amount: request.amount,
                intentID: intent.id,
                refundID: request.refundID, shop: request.shop)
            refunds.append(refund)
            count += 1
            return .success(refund)
        }
    }
}
