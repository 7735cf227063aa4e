import Domain
import JobQueue

// What follows from a failed call to the payment provider stands in this file: what it means for a job, when an intent
// is read instead of asking again, and who waits for a turn.

extension PaymentFailure {
    /// What a failed call means for the job that made it.
    var jobFailure: JobFailure {
        if case .unavailable(let wait, _) = self { return .snooze(.waitingTurn(wait), description) }
        return switch disposition {
        // Snoozes use up no attempts, so a provider that says "at once" must not be asked without end.
        case .retrySameKey(after: .some(let wait)): .snooze(max(.seconds(1), wait), description)
        case .retrySameKey(after: .none), .settle, .readBack: .transient(description)
        // Every job would fail alike until an operator mends the settings: wait, without using up attempts.
        case .openCircuit: .snooze(.seconds(30), description)
        case .deadLetter: .permanent(code: code, description)
        }
    }

    /// Whether the provider has answered that this call does not fit what is there now: only reading tells more.
    fileprivate var asksForReading: Bool {
        switch disposition {
        case .settle, .readBack: true
        case .retrySameKey, .openCircuit, .deadLetter: false
        }
    }
}

/// Steps of a job: a failed call to the provider that ends them becomes what it means for the job.
func stepsOfJob<Value>(_ steps: () async throws -> Value) async throws -> Value {
    do {
        return try await steps()
    } catch let failure as PaymentFailure {
        throw failure.jobFailure
    }
}

extension JobFailure {
    /// A payment whose id cannot stand in a provider's idempotency key: a bug.
    static func badKey(_ id: some CustomStringConvertible) -> JobFailure {
        .permanent(code: "bad_key", "no idempotency key can be made for \(id)")
    }
}

extension PaymentProvider {
    /// The calls of jobs: what they throw is what the job does next.
    var forJob: PaymentCalls { PaymentCalls(provider: self) }

    /// Cancels an intent, or reads it when the provider says that it is past that: the answer is the intent as it
    /// stands.
    func cancelOrRead(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> PaymentIntent {
        do {
            return try await cancel(id, key: key)
        } catch {
            guard error.asksForReading else { throw error }
            return try await retrieve(id)
        }
    }

    /// Cancels an intent on which nothing depends any more; says whether it is canceled now. What the provider will not
    /// cancel is left as it is.
    func cancelIfPossible(_ id: PaymentIntent.ID, key: IdempotencyKey) async throws(PaymentFailure) -> Bool {
        do {
            return try await cancel(id, key: key).status == .canceled
        } catch {
            guard error.asksForReading || error.disposition == .deadLetter else { throw error }
            return false
        }
    }
}

/// The calls that jobs make to the payment provider. All throw ``JobFailure``.
struct PaymentCalls: Sendable {
    fileprivate let provider: any PaymentProvider

    func retrieve(_ id: PaymentIntent.ID) async throws(JobFailure) -> PaymentIntent {
        try await call { () throws(PaymentFailure) in try await provider.retrieve(id) }
    }

    func refund(_ id: ProviderRefund.ID) async throws(JobFailure) -> ProviderRefund {
        try await call { () throws(PaymentFailure) in try await provider.refund(id) }
    }

    func refunds(of id: PaymentIntent.ID) async throws(JobFailure) -> [ProviderRefund] {
        try await call { () throws(PaymentFailure) in try await provider.refunds(of: id) }
    }

    /// See ``PaymentProvider/cancelOrRead(_:key:)``.
    func cancelOrRead(_ id: PaymentIntent.ID, of paymentID: Payment.ID) async throws(JobFailure) -> PaymentIntent {
        guard let key = IdempotencyKey.cancellation(ofPayment: paymentID) else { throw .badKey(paymentID) }
        return try await call { () throws(PaymentFailure) in try await provider.cancelOrRead(id, key: key) }
    }

    /// See ``PaymentProvider/cancelIfPossible(_:key:)``.
    @discardableResult
    func cancelIfPossible(_ id: PaymentIntent.ID, of paymentID: Payment.ID) async throws(JobFailure) -> Bool {
        guard let key = IdempotencyKey.cancellation(ofPayment: paymentID) else { throw .badKey(paymentID) }
        return try await call { () throws(PaymentFailure) in try await provider.cancelIfPossible(id, key: key) }
    }

    /// Captures what an intent holds, or reads it when the provider says that it is past that.
    func captureOrRead(
        _ id: PaymentIntent.ID, amount: Money?, of paymentID: Payment.ID
    ) async throws(JobFailure) -> PaymentIntent {
        guard let key = IdempotencyKey.capture(ofPayment: paymentID) else { throw .badKey(paymentID) }
        do {
            return try await provider.capture(id, amount: amount, key: key)
        } catch {
            guard error.asksForReading else { throw error.jobFailure }
            let intent = try await retrieve(id)
            // Not captured: the call never took effect, or is still under way.
            if intent.status == .requiresCapture { throw error.jobFailure }
            return intent
        }
    }

    private func call<Value>(
        _ body: () async throws(PaymentFailure) -> Value
    ) async throws(JobFailure) -> Value {
        do {
            return try await body()
        } catch {
            throw error.jobFailure
        }
    }
}

/// Calls that wait for their turn where the provider, or the shop's own limit, says how long. A comparison makes
/// thousands of them, and would never come to its end if it began again each time that it went too fast.
enum RetryingCalls {
    /// How often one call waits, and for how long at most.
    private static let turns = 20
    private static let longest: Duration = .seconds(10)

    /// - Throws: ``JobFailure``, `CancellationError`.
    static func run<Value>(_ call: () async throws(PaymentFailure) -> Value) async throws -> Value {
        var left = turns
        while true {
            do {
                return try await call()
            } catch {
                guard left > 0, case .retrySameKey(after: .some(let wait)) = error.disposition, wait <= longest else {
                    throw error.jobFailure
                }
                left -= 1
                try await Task.sleep(for: max(wait, .milliseconds(20)))
            }
        }
    }

    /// The same for what may not be there: `nil` when the provider knows of no such thing.
    static func find<Value>(_ call: () async throws(PaymentFailure) -> Value) async throws -> Value? {
        try await run { () throws(PaymentFailure) -> Value? in
            do throws(PaymentFailure) {
                return try await call()
            } catch .notFound {
                return nil
            } catch {
                throw error
            }
        }
    }
}
