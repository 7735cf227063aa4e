import FoundationEssentials

/// When and through which call something happened.
struct EventOrigin: Sendable {
    let at: Date
    /// The call that caused it; nil when time did.
    var requestID: String?
    /// The key that call carried.
    var idempotencyKey: String?
    /// Whether somebody wants to be told of events at this time.
    var isAnnounced = false
}
