import Postgres

/// What an operator has changed, for an audit log.
public struct JobChange: Sendable, Hashable {
    /// What it was before, by name: `state` of a job, what is set for a queue.
    public var before: [String: String]
    /// What it is now. Of a change of many jobs, `changed` is how many of them.
    public var after: [String: String]

    /// Describes a change.
    public init(before: [String: String] = [:], after: [String: String] = [:]) {
        self.before = before
        self.after = after
    }
}

extension PostgresTransaction {
    /// Runs the statements, if there are any.
    func note(_ statements: [SQL]) throws {
        if !statements.isEmpty { try execute(statements) }
    }
}

extension QueueSettings {
    /// What is set, in words.
    var words: [String: String] {
        [
            "paused": String(isPaused), "concurrency": concurrency.map(String.init) ?? "null",
            "rate_limit": rateLimit.map { "\($0.perSecond)/s, burst \($0.burst)" } ?? "null",
        ]
    }
}
