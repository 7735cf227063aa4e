internal import Metrics
internal import Resilience
internal import Tracing

/// Makes the calls of one provider: asks the limiter before each, waits for its turn, reports and counts afterwards.
struct CallGuard: Sendable {
    let limiter: any RateLimiter

    /// What a call came to.
    struct Verdict {
        let outcome: CallOutcome
        /// One word for metrics.
        let word: String
    }

    /// - Parameters:
    ///   - endpoint: what is called, one of a few names.
    ///   - held: the failure of a call that may not be made now.
    ///   - judge: what a failure, or none, says of the provider.
    func run<Value, Failure: Error>(
        _ endpoint: String, held: (Duration, Admission.Reason) -> Failure, judge: (Failure?) -> Verdict,
        _ call: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let tracer = InstrumentationSystem.tracer
        if tracer is NoOpTracer { return try await make(endpoint, held: held, judge: judge, call) }
        // Around the wait as well, so that a trace shows what a call waited for.
        let span = tracer.startSpan("\(limiter.name) \(endpoint)", ofKind: .internal)
        let result: Result<Value, Failure> = await InstrumentationContext.$current.withValue(span.context) {
            do throws(Failure) {
                return .success(try await make(endpoint, held: held, judge: judge, call))
            } catch {
                return .failure(error)
            }
        }
        let verdict: Verdict =
            switch result {
            case .success: judge(nil)
            case .failure(let error): judge(error)
            }
        span.updateAttributes { attributes in
            attributes["provider"] = limiter.name
            attributes["endpoint"] = endpoint
            attributes["outcome"] = verdict.word
        }
        // A declined card is an answer like any other.
        if case .answered = verdict.outcome {} else { span.setStatus(SpanStatus(code: .error)) }
        span.end()
        return try result.get()
    }

    private func make<Value, Failure: Error>(
        _ endpoint: String, held: (Duration, Admission.Reason) -> Failure, judge: (Failure?) -> Verdict,
        _ call: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let ticket: CallTicket
        switch await limiter.admit(endpoint) {
        case .wait(let time, let reason):
            countHeld(reason)
            throw held(time, reason)
        case .go(let granted, let wait):
            ticket = granted
            if wait > .zero {
                // Whose task is canceled while it waits makes no call.
                do { try await Task.sleep(for: wait) } catch { throw held(wait, .turn) }
            }
        }
        let began = ContinuousClock.now
        do {
            let value = try await call()
            await ended(endpoint, judge(nil), began, ticket)
            return value
        } catch {
            await ended(endpoint, judge(error), began, ticket)
            throw error
        }
    }

    private func ended(_ endpoint: String, _ verdict: Verdict, _ began: ContinuousClock.Instant, _ ticket: CallTicket)
        async
    {
        let dimensions = [("provider", limiter.name), ("endpoint", endpoint)]
        Timer(label: "provider_call_duration_seconds", dimensions: dimensions).recordSeconds(
            (ContinuousClock.now - began) / .seconds(1))
        Counter(label: "provider_calls_total", dimensions: dimensions + [("outcome", verdict.word)]).increment()
        await limiter.report(verdict.outcome, of: endpoint, ticket)
    }

    private func countHeld(_ reason: Admission.Reason) {
        Counter(
            label: "provider_calls_held_total",
            dimensions: [("provider", limiter.name), ("reason", reason.rawValue)]
        ).increment()
    }
}
