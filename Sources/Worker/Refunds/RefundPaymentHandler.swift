import CrashPoints
import Domain
import FoundationEssentials
import JobQueue
import Logging
import Metrics
import Storage

/// Gives money back once, whatever is repeated: the row was committed before the call, the key of the call is made from
/// it, and a provider that has forgotten the key is asked for the refund that carries our id first.
struct RefundPaymentHandler: JobHandler {
    /// Providers forget keys after 24 hours.
    static let keyLifetime: TimeInterval = 23 * 3600
    /// A refund that the provider has not settled yet is looked at again after as long as it has waited, within
    /// these bounds, in seconds.
    static let pause: ClosedRange<TimeInterval> = 5...3600

    let store: RefundStore
    let payments: any PaymentProvider
    var metrics: any MetricsFactory = MetricsSystem.factory

    func run(_ job: RefundPayment, in context: JobContext) async throws {
        guard let facts = try await store.load(job.refundID) else {
            throw JobFailure.permanent(code: "unknown_refund", "there is no refund \(job.refundID)")
        }
        if facts.refund.status.isSettled { return }
        let snapshot: ProviderRefund
        switch try await stepsOfJob({ try await result(of: facts) }) {
        case .success(let refund): snapshot = refund
        case .failure(let refusal):
            // What went back elsewhere is written down first: it may be why.
            try await recordElsewhere(facts)
            if try await store.takeWhatIsLeft(job.refundID, after: facts.attempt) {
                throw JobFailure.snooze(.seconds(1), "less is left than was asked for: \(refusal.reason)")
            }
            let outcome = try await store.markRefused(
                job.refundID, reason: refusal.reason, completion: context.completion)
            if case .recorded(let refund) = outcome { PaymentMetrics.refunded(refund, in: metrics) }
            return context.logger.error(
                "a refund was refused", metadata: Self.metadata(facts.refund, refusal.description))
        }
        CrashPoint.pass(.refunded)
        let outcome = try await store.record(snapshot, for: job.refundID, completion: context.completion)
        if case .recorded(let refund) = outcome { PaymentMetrics.refunded(refund, in: metrics) }
        switch outcome {
        case .recorded(let refund), .unchanged(let refund):
            if refund.status == .failed || refund.status == .canceled {
                context.logger.error(
                    "a refund came to nothing",
                    metadata: Self.metadata(refund, refund.failureReason ?? "no reason given"))
            }
            if !refund.status.isSettled {
                throw JobFailure.snooze(Self.pause(for: refund), "the refund is \(refund.status.rawValue)")
            }
        case .foreign:
            throw JobFailure.permanent(code: "refund_mismatch", "\(snapshot.id) does not fit refund \(job.refundID)")
        case .unknownRefund:
            throw JobFailure.permanent(code: "unknown_refund", "there is no refund \(job.refundID)")
        }
    }

    /// The refund at the provider, made now or found there; or why the provider makes none.
    private func result(of facts: RefundSnapshot) async throws -> Result<ProviderRefund, PaymentFailure> {
        if let known = facts.refund.providerID {
            return .success(try await payments.forJob.refund(known))
        }
        if -facts.refund.createdAt.timeIntervalSinceNow > Self.keyLifetime, let found = try await find(facts) {
            return .success(found)
        }
        guard let key = IdempotencyKey.refund(facts.refund.id, attempt: facts.attempt) else {
            throw JobFailure.badKey(facts.refund.id)
        }
        do {
            return .success(
                try await payments.refund(
                    ProviderRefundRequest(
                        refundID: facts.refund.id, orderID: facts.refund.orderID, shop: facts.shop,
                        intentID: facts.intentID,
                        amount: facts.refund.amount,
                        reason: facts.refund.reason, key: key)))
        } catch {
            switch error {
            case .invalidRequest, .unusableMethod, .unexpectedState, .declined:
                // Surely not done now; it may have been done under a key that is forgotten.
                if let found = try await find(facts) { return .success(found) }
                return .failure(error)
            case .outcomeUnknown(_, answered: true):
                if let found = try await find(facts) { return .success(found) }
                // That call is over and has left nothing. Its answer would be replayed for a day, so the next one needs
                // a key of its own.
                _ = try await store.beginNextAttempt(of: facts.refund.id, after: facts.attempt)
                throw error
            case .outcomeUnknown, .inProgress, .rateLimited, .unavailable, .notFound, .configuration, .notSent:
                throw error
            }
        }
    }

    private func recordElsewhere(_ facts: RefundSnapshot) async throws {
        for refund in try await payments.forJob.refunds(of: facts.intentID)
        where refund.refundID == nil {
            if case .recorded(let found) = try await store.recordElsewhere(refund) {
                PaymentMetrics.refunded(found, in: metrics)
            }
        }
    }

    /// Our refund among those of the intent.
    private func find(_ facts: RefundSnapshot) async throws -> ProviderRefund? {
        try await payments.forJob.refunds(of: facts.intentID).first {
            $0.refundID == facts.refund.id
        }
    }

    private static func pause(for refund: Refund) -> Duration {
        .seconds(min(max(-refund.createdAt.timeIntervalSinceNow, pause.lowerBound), pause.upperBound))
    }

    private static func metadata(_ refund: Refund, _ reason: String) -> Logger.Metadata {
        [
            "order_id": "\(refund.orderID)", "refund_id": "\(refund.id)", "amount": "\(refund.amount)",
            "reason": "\(reason)",
        ]
    }
}
