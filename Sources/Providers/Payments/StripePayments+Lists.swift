package import Domain
package import FoundationEssentials

extension StripePayments {
    /// `GET /v1/payment_intents?created[gte]=…`.
    package func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        PaymentIntent
    > {
        try await call("GET", Self.list("/v1/payment_intents", createdSince: time, after: after)).intentPage()
    }

    /// `GET /v1/refunds?created[gte]=…`.
    package func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        ProviderRefund
    > {
        try await call("GET", Self.list("/v1/refunds", createdSince: time, after: after)).refundPage()
    }

    /// The provider counts in whole seconds; rounding down leaves nothing out.
    private static func list(_ path: String, createdSince time: Date, after: String?) -> String {
        let since = max(0, time.unixSeconds)
        return path + "?limit=100&created%5Bgte%5D=\(since)"
            + (after.map { "&starting_after=" + PercentEncoding.encode($0) } ?? "")
    }
}
