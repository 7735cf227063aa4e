package import FoundationEssentials
package import Redis

/// When a circuit opens, and how it closes again. ``CallScripts`` follow these; there is no other circuit.
///
/// While a provider fails, calls are held back, so that work waits where it is instead of failing one by one; from time
/// to time a few try whether it is back. (M. Nygard, "Release It!", 2007, chapter 5.2. That it closes in stages keeps a
/// provider that has just come back from being run over.)
package enum CircuitRules {
    /// So many failures one after the other open it.
    package static let row = 5
    /// As do so many calls within ``window``, if half of them failed.
    static let enough = 10
    /// How long calls are counted together, in milliseconds.
    static let window: Int64 = 10_000
    /// How long it is open the first time, and at most; it doubles each time that a stage of probing fails.
    static let openings: ClosedRange<Int64> = 5_000...30_000
    /// How many calls are tried in each stage of probing; half of them must work.
    static let stages = [1, 5, 25]
    /// After so long a stage is old, in milliseconds; longer than any call takes. One that has worked counts as passed
    /// then, as does one without calls that follows one that has worked: in a quiet shop no calls would come to end it.
    /// Probes that were not heard of are taken for lost, and the stage begins again.
    static let probeTime: Int64 = 20_000
    /// How long to wait, in milliseconds, where all probes of a stage are out.
    static let pause: Int64 = 250
    /// How long calls stop, in milliseconds, when the provider asks to slow down without naming a time.
    static let slowDown: Int64 = 1_000
    /// After that calls go at half of the pace, but never slower than this share of the rate.
    static let slowestPace = 1.0 / 16
    /// How much of the rate comes back in a second.
    static let recovery = 0.05
}

/// Where the circuit of a provider stands, for people and for callers that plan ahead.
package struct CircuitStatus: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Calls go through.
        case closed
        /// None goes through until its time is over.
        case open
        /// A few go through and show whether the provider is back.
        case probing
    }

    package let state: State
    /// How long no call goes through.
    package let remaining: Duration
    /// How many calls may be under way, nil for any number.
    package let allowance: Int?
    /// Since when the provider fails, nil while the circuit is closed.
    package let since: Date?
    /// What the failure that opened it was.
    package let reason: String?

    package init(
        state: State, remaining: Duration = .zero, allowance: Int? = nil, since: Date? = nil, reason: String? = nil
    ) {
        self.state = state
        self.remaining = remaining
        self.allowance = allowance
        self.since = since
        self.reason = reason
    }

    /// Calls go through.
    package static let closed = CircuitStatus(state: .closed)

    /// - Parameter reply: state, milliseconds it stays open, allowance or -1, as the scripts answer.
    init?(_ reply: some Collection<RedisValue>) {
        let reply = Array(reply)
        guard reply.count >= 3, let state = reply[0].text.flatMap(State.init(rawValue:)), let remaining = reply[1].int,
            let allowance = reply[2].int
        else { return nil }
        self.init(state: state, remaining: .milliseconds(remaining), allowance: allowance < 0 ? nil : allowance)
    }
}

/// Shows where the providers' circuits stand without asking for a call.
package struct CircuitReader: Sendable {
    private let redis: RedisClient
    private let prefix: String

    /// - Parameter prefix: begins every key.
    package init(redis: RedisClient, prefix: String = "cw") {
        self.redis = redis
        self.prefix = prefix
    }

    /// Where a provider's circuit stands.
    package func status(of provider: String) async throws(RedisError) -> CircuitStatus {
        try await status(of: provider, at: nil)
    }

    /// - Parameter now: milliseconds, nil for the server's clock.
    func status(of provider: String, at now: Int64?) async throws(RedisError) -> CircuitStatus {
        let reply = try await redis.evaluate(
            CallScripts.look, keys: [CallKeys(prefix: prefix, provider: provider).circuit],
            arguments: [RedisArgument(now.map(String.init) ?? "")])
        guard let parts = reply.elements, parts.count == 5, let status = CircuitStatus(parts[..<3]),
            let age = parts[3].int
        else {
            throw RedisError(code: .protocolViolation, message: "the script call-circuit answered in an unknown form")
        }
        let reason = parts[4].text ?? ""
        return CircuitStatus(
            state: status.state, remaining: status.remaining, allowance: status.allowance,
            since: age < 0 ? nil : Date(timeIntervalSinceNow: -Double(age) / 1000),
            reason: reason.isEmpty ? nil : reason)
    }
}
