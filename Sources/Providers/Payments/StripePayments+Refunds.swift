package import Domain

extension StripePayments {
    /// `POST /v1/refunds`.
    package func refund(_ request: RefundRequest) async throws(PaymentFailure) -> ProviderRefund {
        let form = try Self.refundForm(request)
        return try await call("POST", "/v1/refunds", form: form, key: request.key).refund(isNew: true)
    }

    /// `GET /v1/refunds/{id}`.
    package func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund {
        try await call("GET", "/v1/refunds/" + PercentEncoding.encode(id.rawValue)).refund()
    }

    /// `GET /v1/refunds?payment_intent=…`.
    package func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund] {
        try await call("GET", "/v1/refunds?limit=100&payment_intent=" + PercentEncoding.encode(id.rawValue)).refunds()
    }

    private static func refundForm(_ request: RefundRequest) throws(PaymentFailure) -> FormBody {
        guard let units = StripeAmount.units(of: request.amount), units > 0 else {
            throw .invalidRequest(
                "\(request.amount) cannot be given back in this currency's units.", code: "amount_not_chargeable")
        }
        var form = FormBody()
        form.append("payment_intent", value: request.intentID.rawValue)
        form.append("amount", value: String(units))
        if let reason = request.reason.stripeReason { form.append("reason", value: reason) }
        form.append("metadata", "order_id", value: request.orderID.description)
        if let shop = request.shop { form.append("metadata", "shop", value: shop) }
        form.append("metadata", "refund_id", value: request.refundID.description)
        return form
    }
}
