/// A service outside that the shop calls. Each has limits and a circuit of its own.
package enum Provider: String, Sendable, Hashable, CaseIterable {
    /// Where money moves.
    case payments
    /// Where emails are handed over.
    case email
}
