import Redis

/// Looks whether Redis is one that a process of ours can work with.
struct RedisCheck: Sendable {
    let redis: RedisClient

    /// Looks once and refuses what is dangerous.
    ///
    /// - Throws: ``StartupError`` for what only somebody's hand can change; `RedisError` when a server does not answer.
    func run() async throws -> [RedisSnapshot] {
        let facts = try await facts()
        if let refusal = Self.refusal(of: facts.flatMap { $0.findings(databaseAhead: nil) }) { throw refusal }
        return facts
    }

    /// Looks once, at each server that jobs are written to.
    ///
    /// - Throws: ``StartupError`` when it refuses to answer; `RedisError` when it does not answer.
    func facts() async throws -> [RedisSnapshot] {
        do throws(RedisError) {
            return try await RedisSnapshot.ofEachMaster(redis)
        } catch {
            guard !error.isTransient, error.code != .closed else { throw error }
            throw StartupError(
                "REDIS_URL: Redis refuses: \(error). Expected a user, a password and a database that it accepts, the right to ask INFO, and with rediss:// a certificate that is trusted."
            )
        }
    }

    /// Why these servers must not be used, if so.
    static func refusal(of findings: [ServerFinding]) -> StartupError? {
        guard let finding = findings.first(where: { $0.gravity == .dangerous }) else { return nil }
        return StartupError("REDIS_URL: \(finding).")
    }
}
