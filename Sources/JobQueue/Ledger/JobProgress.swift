/// How far a long job is, as its handler sees it.
public struct JobProgress: Hashable, Sendable {
    /// Characters of a message that are kept.
    public static let messageLength = 200

    /// From 0 to 1.
    public let fraction: Double
    /// What it is doing, in a few words: `3,000 of 10,000 rows`.
    public let message: String?

    /// A fraction outside 0…1 becomes its nearest bound, one that is no number 0; a message is cut at
    /// ``messageLength``.
    public init(_ fraction: Double, _ message: String? = nil) {
        self.fraction = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        // PostgreSQL's text has no U+0000.
        self.message = message.map { String($0.prefix(Self.messageLength)).replacing("\0", with: "\u{FFFD}") }
    }
}
