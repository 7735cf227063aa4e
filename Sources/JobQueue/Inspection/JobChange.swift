public import Postgres

/// What an operator has changed, for whoever takes note of it.
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

extension JobInspector {
    /// The same inspector, whose changes run these statements in their transactions: a change and the note of it happen
    /// together or not at all.
    ///
    /// Ephemeral jobs are in Redis alone. Of them the note is written right after the change.
    public func noting(_ note: @escaping @Sendable (JobChange) throws -> [SQL]) -> JobInspector {
        var copy = self
        copy.note = note
        return copy
    }

    /// Writes the note of a change of ephemeral jobs.
    func takeNote(_ change: JobChange) async throws {
        let statements = try note(change)
        if !statements.isEmpty { try await database.execute(statements) }
    }
}

extension PostgresTransaction {
    /// Runs the statements, if there are any.
    func note(_ statements: [SQL]) throws {
        if !statements.isEmpty { _ = try pipeline(statements) }
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
