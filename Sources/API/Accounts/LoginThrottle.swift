import Domain
import Redis
import Resilience
import Storage

/// Limits how often passwords of one account are tried, wherever the tries come from.
///
/// No client shall shut an account by trying wrong passwords for it: a place that the account was used from within a
/// month has a count of its own, which others' tries do not touch. An address without an account is counted the same,
/// so that a refusal tells nothing.
struct LoginThrottle: Sendable {
    private static let memory = 30 * 86_400

    let limiter: RequestLimiter
    let redis: RedisClient
    let prefix: String

    /// Counts a try. Throws 429 when there were too many. What is returned is for ``passed(_:)``.
    func begin(_ email: EmailAddress, from address: String) async throws(Problem) -> Attempt {
        // Redis holds no email addresses.
        let account = Base64URL.encode(RandomToken.hash(email.key))
        let place = "\(account):\(address)"
        let name = "\(prefix):limit:place:\(place)"
        var isKnown = false
        if redis.isConnected(for: name) {
            isKnown = (try? await redis.send(RedisCommand("EXISTS", .init(name))).int) == 1
        }
        let attempt = Attempt(client: isKnown ? place : account, place: name)
        try await limiter.require(.account, attempt.client)
        return attempt
    }

    /// The password was right: what was counted is forgotten, and the place is known.
    func passed(_ attempt: Attempt) async {
        await limiter.forgive(.account, attempt.client)
        guard redis.isConnected(for: attempt.place) else { return }
        _ = try? await redis.send(RedisCommand("SET", .init(attempt.place), "1", "EX", .init(Self.memory)))
    }

    struct Attempt: Sendable {
        fileprivate let client: String
        fileprivate let place: String
    }
}
