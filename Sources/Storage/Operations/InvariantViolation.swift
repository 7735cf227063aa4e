/// A broken rule and the first rows that break it.
public struct InvariantViolation: Hashable, Sendable {
    /// Stable name of the rule.
    public let name: String
    /// What should hold, in one sentence.
    public let rule: String
    /// Ids of at most 20 rows that break it.
    public let ids: [String]
}
