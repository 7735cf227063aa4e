import Arithmetic
package import Logging
package import Redis
import Synchronization

/// Keeps the limits of a provider, and its circuit, for all processes together, in Redis. Without Redis each keeps half
/// of the limits by itself, and knows of no circuit.
///
/// A call waits its turn for some seconds inside of its job; a longer wait is its job's, back in the queue.
package final class RedisRateLimiter: RateLimiter, Sendable {
    /// How long what was last heard of the circuit is good enough to decide about claims.
    private static let freshness: Duration = .milliseconds(500)

    private struct Known {
        var status = CircuitStatus.closed
        var at: ContinuousClock.Instant?
        /// Until when a call would be refused, as the last one was.
        var crowdedUntil: ContinuousClock.Instant?

        func isFresh(for time: Duration) -> Bool { at.map { .now - $0 < time } ?? false }
    }

    /// Plain buckets, for a process that cannot ask the others.
    private struct Alone {
        let limits: CallLimits
        var endpoints: [String: TokenBucket] = [:]
        var all: TokenBucket?

        mutating func admit(_ endpoint: String, patience: Int64, at now: Int64) -> Admission {
            var own = bucket(endpoint, at: now)
            var all = all ?? TokenBucket(rate: Double(limits.total), burst: limits.totalBurst, at: now)
            let wait = max(own.wait(at: now), all.wait(at: now))
            guard wait <= patience else { return .wait(.milliseconds(wait), .turn) }
            own.take(at: now)
            all.take(at: now)
            (endpoints[endpoint], self.all) = (own, all)
            return .go(CallTicket(generation: 0, isShared: false), after: .milliseconds(wait))
        }

        mutating func pause(_ endpoint: String, _ milliseconds: Int64, at now: Int64) {
            var own = bucket(endpoint, at: now)
            own.pause(milliseconds, at: now)
            endpoints[endpoint] = own
        }

        private func bucket(_ endpoint: String, at now: Int64) -> TokenBucket {
            endpoints[endpoint] ?? TokenBucket(rate: Double(limits.perEndpoint), burst: limits.burst, at: now)
        }
    }

    package let name: String
    private let redis: RedisClient
    private let keys: CallKeys
    private let circuits: CircuitReader
    private let limits: CallLimits
    private let patience: Duration
    private let alone: Mutex<Alone>
    private let start = ContinuousClock.now
    private let logger: Logger
    private let known = Mutex(Known())

    /// - Parameters:
    ///   - name: of the provider, as it stands in keys, logs and metrics.
    ///   - prefix: begins every key.
    ///   - patience: the longest a call waits for its turn inside of its job.
    package init(
        _ name: String, limits: CallLimits, redis: RedisClient, prefix: String = "cw",
        patience: Duration = .seconds(3), logger: Logger
    ) {
        self.name = name
        self.redis = redis
        keys = CallKeys(prefix: prefix, provider: name)
        circuits = CircuitReader(redis: redis, prefix: prefix)
        self.limits = limits
        self.patience = patience
        alone = Mutex(Alone(limits: limits.halved))
        var logger = logger
        logger[metadataKey: "provider"] = "\(name)"
        self.logger = logger
    }

    private var milliseconds: Int64 { (ContinuousClock.now - start).wholeMilliseconds }

    package func admit(_ endpoint: String) async -> Admission {
        let admission: Admission
        if let shared = await shared(endpoint) {
            admission = shared
        } else {
            let now = milliseconds
            admission = alone.withLock { $0.admit(endpoint, patience: patience.wholeMilliseconds, at: now) }
        }
        switch admission {
        case .wait(let wait, .turn): known.withLock { $0.crowdedUntil = .now + max(.milliseconds(50), wait - patience) }
        // All probes are out. While the circuit is open its own time counts.
        case .wait(let wait, .circuit) where wait <= .milliseconds(CircuitRules.pause):
            known.withLock { $0.crowdedUntil = .now + wait }
        case .wait, .go: break
        }
        return admission
    }

    package func report(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async {
        guard ticket.isShared else {
            guard case .slowDown(let pause) = outcome else { return }
            let now = milliseconds
            return alone.withLock { $0.pause(endpoint, pause?.wholeMilliseconds ?? CircuitRules.slowDown, at: now) }
        }
        guard await share(outcome, of: endpoint, ticket) else { return }
        let status = await circuit()
        if status.state == .closed {
            logger.notice("the provider works again")
        } else {
            logger.error(
                "the provider fails; its calls are held back",
                metadata: ["seconds": "\(status.remaining.components.seconds)", "error": "\(outcome.reason)"])
        }
    }

    /// Where the circuit stands, as of half a second ago at the most. Closed while Redis cannot be asked.
    package func circuit() async -> CircuitStatus {
        if let status = known.withLock({ $0.isFresh(for: Self.freshness) ? $0.status : nil }) { return status }
        guard redis.isConnected(for: keys.circuit), let status = try? await circuits.status(of: name) else {
            return .closed
        }
        known.withLock { ($0.status, $0.at) = (status, .now) }
        return status
    }

    /// How long no call can go through: while the circuit is open, or since the last call was refused. Zero when some
    /// can.
    package func closedFor() async -> Duration {
        let status = await circuit()
        if status.state == .open { return status.remaining }
        let now = ContinuousClock.now
        guard let crowdedUntil = known.withLock(\.crowdedUntil), crowdedUntil > now else { return .zero }
        return crowdedUntil - now
    }

    /// Nil when Redis cannot be asked.
    private func shared(_ endpoint: String) async -> Admission? {
        guard redis.isConnected(for: keys.circuit) else { return nil }
        let reply = try? await redis.evaluate(
            CallScripts.admit, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
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

    /// Whether that opened or closed the circuit.
    private func share(_ outcome: CallOutcome, of endpoint: String, _ ticket: CallTicket) async -> Bool {
        var pause = CircuitRules.slowDown
        if case .slowDown(let asked?) = outcome { pause = asked.wholeMilliseconds }
        guard redis.isConnected(for: keys.circuit) else { return false }
        let reply = try? await redis.evaluate(
            CallScripts.report, keys: [keys.endpoint(endpoint), keys.all, keys.circuit],
            arguments: [
                .init(outcome.word), .init(ticket.generation), .init(pause), .init(limits.perEndpoint),
                .init(limits.burst), .init(outcome.reason), "",
            ])
        guard let parts = reply?.elements, parts.count == 4 else { return false }
        note(parts[1...])
        return parts[0].int == 1
    }

    private func note(_ parts: ArraySlice<RedisValue>) {
        guard let status = CircuitStatus(parts) else { return }
        known.withLock { ($0.status, $0.at) = (status, .now) }
    }
}
