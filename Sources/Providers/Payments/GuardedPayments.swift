package import Domain
package import FoundationEssentials
package import Resilience

/// A payment provider that is called no more often than it allows, and not at all while it fails. What may not be
/// called now throws ``PaymentFailure/unavailable(retryAfter:_:)``.
package struct GuardedPayments: PaymentProvider {
    private let base: any PaymentProvider
    private let guarding: CallGuard

    /// Guards a provider.
    package init(_ base: any PaymentProvider, limiter: any RateLimiter) {
        self.base = base
        guarding = CallGuard(limiter: limiter)
    }

    package func create(_ request: PaymentIntentRequest) async throws(PaymentFailure) -> PaymentIntent {
        try await guarded("create") { () async throws(PaymentFailure) in try await base.create(request) }
    }

    package func confirm(_ id: PaymentIntent.ID, method: String, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        try await guarded("confirm") { () async throws(PaymentFailure) in
            try await base.confirm(id, method: method, key: key)
        }
    }

    package func retrieve(_ id: PaymentIntent.ID) async throws(PaymentFailure) -> PaymentIntent {
        try await guarded("retrieve") { () async throws(PaymentFailure) in try await base.retrieve(id) }
    }

    package func cancel(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent {
        try await guarded("cancel") { () async throws(PaymentFailure) in try await base.cancel(id, key: key) }
    }

    package func capture(_ id: PaymentIntent.ID, amount: Money?, key: IdempotencyKey) async throws(PaymentFailure)
        -> PaymentIntent
    {
        try await guarded("capture") { () async throws(PaymentFailure) in
            try await base.capture(id, amount: amount, key: key)
        }
    }

    package func refund(_ request: ProviderRefundRequest) async throws(PaymentFailure) -> ProviderRefund {
        try await guarded("refund") { () async throws(PaymentFailure) in try await base.refund(request) }
    }

    package func refund(_ id: ProviderRefund.ID) async throws(PaymentFailure) -> ProviderRefund {
        try await guarded("retrieve_refund") { () async throws(PaymentFailure) in try await base.refund(id) }
    }

    package func refunds(of id: PaymentIntent.ID) async throws(PaymentFailure) -> [ProviderRefund] {
        try await guarded("list_refunds") { () async throws(PaymentFailure) in try await base.refunds(of: id) }
    }

    package func intents(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        PaymentIntent
    > {
        try await guarded("list_intents") { () async throws(PaymentFailure) in
            try await base.intents(createdSince: time, after: after)
        }
    }

    package func refunds(createdSince time: Date, after: String?) async throws(PaymentFailure) -> ProviderPage<
        ProviderRefund
    > {
        try await guarded("list_refunds") { () async throws(PaymentFailure) in
            try await base.refunds(createdSince: time, after: after)
        }
    }

    private func guarded<Value>(
        _ endpoint: String, _ call: () async throws(PaymentFailure) -> Value
    ) async throws(PaymentFailure) -> Value {
        try await guarding.run(
            endpoint, held: { PaymentFailure.unavailable(retryAfter: $0, $1 == .turn ? .turn : .circuit) },
            judge: { CallGuard.Verdict(payment: $0) }, call)
    }
}

extension CallGuard.Verdict {
    /// A refusal of what was asked is an answer like any other.
    init(payment failure: PaymentFailure?) {
        word = failure?.code ?? "ok"
        outcome =
            switch failure {
            case nil, .declined, .inProgress, .unexpectedState, .notFound, .invalidRequest, .unusableMethod,
                .unavailable:
                .answered
            case .rateLimited(let wait): .slowDown(wait)
            case .configuration(let reason): .refused(reason)
            case .notSent(let reason), .outcomeUnknown(let reason, _): .failed(reason)
            }
    }
}
