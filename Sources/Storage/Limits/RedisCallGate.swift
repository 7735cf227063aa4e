import Arithmetic
package import Domain
package import JobQueue
package import Logging
package import Redis
import Synchronization

/// Keeps the limits of a provider, and its circuit, for all processes together, in Redis. Without Redis each keeps half
/// of them by itself.
///
/// A call waits its turn for some seconds inside of its job; a longer wait is its job's, back in the queue. As a
/// ``QueueGate`` it closes the queues whose jobs could only wait.
package final class RedisCallGate: CallGate, Sendable {
    /// How long what was last heard of the circuit is good enough to decide about claims.
    private static let freshness: Duration = .milliseconds(500)

    private struct Known {
        var status = CircuitStatus.closed
        var at: ContinuousClock.Instant?
        /// Until when a call would be refused, as the last one was.
        var crowdedUntil: ContinuousClock.Instant?

        func isFresh(for time: Duration) -> Bool { at.map { .now - $0 < time } ?? false }
    }

    package let provider: Provider
    private let redis: RedisClient
    private let keys: CallKeys
    private let circuits: ProviderCircuits
    private let limits: CallLimits
    private let patience: Duration
    private let local: LocalCallGate
    private let logger: Logger
    private let known = Mutex(Known())

    /// - Parameters:
    ///   - prefix: begins every key.
    ///   - patience: the longest a call waits for its turn inside of its job.
    package init(
        _ provider: Provider, limits: CallLimits, redis: RedisClient, prefix: String = "cw",
        patience: Duration = .seconds(3),
        logger: Logger
    ) {
        self.provider = provider
        self.redis = redis
        keys = CallKeys(prefix: prefix, provider: provider)
        circuits = ProviderCircuits(redis: redis, prefix: prefix)
        self.limits = limits
        self.patience = patience
        local = LocalCallGate(limits.halved, patience: patience)
        var logger = logger
        logger[metadataKey: "provider"] = "\(provider.rawValue)"
        self.logger = logger
    }

    package func admit(_ endpoint: String) async -> Admission {
        let admission = await shared(endpoint) ?? local.admit(endpoint)
        switch admission {
        case .wait(let wait, .turn): known.withLock { $0.crowdedUntil = .now + max(.milliseconds(50), wait - patience) }
        // All probes are out. While the circuit is open its own time counts.
        case .wait(let wait, .circuit) where wait <= .milliseconds(CircuitBreaker.pause):
            known.withLock { $0.crowdedUntil = .now + wait }
        case .wait, .go: break
        }
        return admission
    }

    package func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async {
        let hasChanged =
            ticket.isShared ? await share(outcome, of: endpoint, ticket) : local.report(outcome, of: endpoint, ticket)
        guard hasChanged else { return }
        let status = ticket.isShared ? await circuit() : local.circuit
        if status.state == .closed {
            logger.notice("the provider works again")
        } else {
            logger.error(
                "the provider fails; its calls are held back",
                metadata: ["seconds": "\(status.remaining.components.seconds)", "error": "\(outcome.reason)"])
        }
    }

    /// Where the circuit stands, as of half a second ago at the most.
    package func circuit() async -> CircuitStatus {
        if let status = known.withLock({ $0.isFresh(for: Self.freshness) ? $0.status : nil }) { return status }
        guard redis.isConnected(for: keys.circuit), let status = try? await circuits.status(of: provider) else {
            return local.circuit
        }
        known.withLock { ($0.status, $0.at) = (status, .now) }
        return status
    }

    /// Nil when Redis cannot be asked.
    private func shared(_ endpoint: String) async -> Admission? {
        guard redis.isConnected(for: keys.circuit) else { return nil }
        let reply = try? await redis.evaluate(
            CallGateScripts.admit, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
            arguments: [
                .init(limits.perEndpoint), .init(limits.burst), .init(limits.total), .init(limits.totalBurst),
                .init(patience.wholeMilliseconds), "",
            ])
        guard let parts = reply?.elements, parts.count == 6, let word = parts[0].text, let wait = parts[1].int,
            let generation = parts[2].int
        else { return nil }
        note(parts[3...])
        if let reason = Admission.Reason(rawValue: word) { return .wait(.milliseconds(wait), reason) }
        return .go(CallTicket(generation: Int64(generation), isShared: true), after: .milliseconds(wait))
    }

    private func share(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async -> Bool {
        var verdict = outcome.verdict.rawValue
        var pause = CallLimiter.slowDown
        if case .slowDown(let wish) = outcome { (verdict, pause) = ("slow", wish?.wholeMilliseconds ?? pause) }
        guard redis.isConnected(for: keys.circuit) else { return false }
        let reply = try? await redis.evaluate(
            CallGateScripts.report, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
            arguments: [
                .init(verdict), .init(ticket.generation), .init(pause), .init(limits.perEndpoint), .init(limits.burst),
                .init(outcome.reason), "",
            ])
        guard let parts = reply?.elements, parts.count == 4 else { return false }
        note(parts[1...])
        return parts[0].int == 1
    }

    /// State, milliseconds it stays open, allowance.
    private func note(_ parts: ArraySlice<RedisValue>) {
        let parts = Array(parts)
        guard parts.count == 3, let state = parts[0].text.flatMap(CircuitBreaker.State.init(rawValue:)),
            let remaining = parts[1].int,
            let allowance = parts[2].int
        else { return }
        let status = CircuitStatus(
            state: state, remaining: .milliseconds(remaining), allowance: allowance < 0 ? nil : allowance)
        known.withLock { ($0.status, $0.at) = (status, .now) }
    }
}

extension RedisCallGate: QueueGate {
    package func allowance() async -> QueueAllowance {
        let status = await circuit()
        if status.state == .open { return .closed(status.remaining) }
        let now = ContinuousClock.now
        if let crowdedUntil = known.withLock(\.crowdedUntil), crowdedUntil > now { return .closed(crowdedUntil - now) }
        return status.allowance.map { .atMost($0) } ?? .open
    }
}
