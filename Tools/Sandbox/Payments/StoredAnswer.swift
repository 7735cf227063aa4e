import FoundationEssentials

/// The answer kept under an idempotency key, repeated to whoever sends the key again.
struct StoredAnswer: Sendable, Codable, Equatable {
    /// Account and idempotency key.
    let key: String
    /// What the call did; another call under the same key is an error.
    let fingerprint: String
    let status: Int
    let body: String
    let requestID: String
    let at: Date
}
