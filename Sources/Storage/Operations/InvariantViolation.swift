/// A broken rule and the first rows that break it.
package struct InvariantViolation: Hashable, Sendable {
    /// Stable name of the rule.
    package let name: String
    /// What should hold, in one sentence.
    package let rule: String
    /// Ids of at most 20 rows that break it.
    package let ids: [String]
}
