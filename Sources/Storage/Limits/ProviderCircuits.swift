package import Domain
import FoundationEssentials
package import Redis

/// Shows where the providers' circuits stand, to whoever only looks.
package struct ProviderCircuits: Sendable {
    private let redis: RedisClient
    private let prefix: String

    /// - Parameter prefix: begins every key.
    package init(redis: RedisClient, prefix: String = "cw") {
        self.redis = redis
        self.prefix = prefix
    }

    /// Where a provider's circuit stands. Throws `RedisError`.
    package func status(of provider: Provider) async throws -> CircuitStatus { try await status(of: provider, at: nil) }

    /// - Parameter now: milliseconds, `nil` for the server's clock.
    func status(of provider: Provider, at now: Int64?) async throws -> CircuitStatus {
        let reply = try await redis.evaluate(
            CallGateScripts.look, keys: [CallKeys(prefix: prefix, provider: provider).circuit],
            arguments: [RedisArgument(now.map(String.init) ?? "")])
        guard let parts = reply.elements, parts.count == 5,
            let state = parts[0].text.flatMap(CircuitBreaker.State.init(rawValue:)),
            let remaining = parts[1].int, let allowance = parts[2].int, let age = parts[3].int
        else {
            throw RedisError(code: .protocolViolation, message: "the script call-circuit answered in an unknown form")
        }
        let reason = parts[4].text ?? ""
        return CircuitStatus(
            state: state, remaining: .milliseconds(remaining), allowance: allowance < 0 ? nil : allowance,
            since: age < 0 ? nil : Date(timeIntervalSinceNow: -Double(age) / 1000),
            reason: reason.isEmpty ? nil : reason)
    }
}

/// The keys of one provider's calls.
struct CallKeys: Sendable {
    private let base: String

    init(prefix: String, provider: Provider) {
        base = "\(prefix):{calls:\(provider.rawValue)}"
    }

    var circuit: String { base + ":circuit" }
    var all: String { base + ":all" }
    func endpoint(_ name: String) -> String { "\(base):\(name)" }
}
