package import FoundationEssentials

/// The name of one intended effect at a provider. Repeating a call with the same key repeats its answer, never its
/// effect.
///
/// Keys of calls that make or charge something come from rows that were committed before the call (`pi:<payment id>`,
/// `pi:<payment id>:<try>`, `pc:<payment id>:<attempt>`, `pcap:<payment id>`, `rf:<refund id>`), so every retry of a
/// job arrives at the same key.
package struct IdempotencyKey: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The most bytes a provider accepts.
    package static let maximumLength = 255

    /// The key as it is sent.
    package let rawValue: String

    /// `nil` unless the text is 1 to 255 printable ASCII characters without spaces, which is what may stand in a
    /// header.
    package init?(rawValue: String) {
        guard (1...Self.maximumLength).contains(rawValue.utf8.count),
            rawValue.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return nil
        }
        self.rawValue = rawValue
    }

    /// The key of the call that makes a payment's intent. A later try has a key of its own: the provider may replay a
    /// failure under the one before.
    package static func creation(ofPayment paymentID: some CustomStringConvertible, number: Int = 1) -> IdempotencyKey?
    {
        IdempotencyKey(rawValue: number == 1 ? "pi:\(paymentID)" : "pi:\(paymentID):\(number)")
    }

    /// The key of the call that charges a payment. Each card the customer tries is an attempt of its own.
    package static func confirmation(ofPayment paymentID: some CustomStringConvertible, attempt: Int) -> IdempotencyKey?
    {
        IdempotencyKey(rawValue: "pc:\(paymentID):\(attempt)")
    }

    /// The key of the call that takes the money a payment has authorized.
    package static func capture(ofPayment paymentID: some CustomStringConvertible) -> IdempotencyKey? {
        IdempotencyKey(rawValue: "pcap:\(paymentID)")
    }

    /// The key of the call that makes a refund. A later attempt has a key of its own: the provider may replay a failure
    /// under the one before.
    package static func refund(_ refundID: some CustomStringConvertible, attempt: Int = 1) -> IdempotencyKey? {
        IdempotencyKey(rawValue: attempt == 1 ? "rf:\(refundID)" : "rf:\(refundID):\(attempt)")
    }

    /// The key of one call that gives a payment's intent up, a new one for each call.
    ///
    /// Giving up is idempotent by itself: a second call finds the intent canceled. Under a lasting key a failure that
    /// the provider has stored would be replayed for a day, and the stock of an overdue order held for as long.
    package static func cancellation(ofPayment paymentID: some CustomStringConvertible, call: UUID = UUID())
        -> IdempotencyKey?
    {
        IdempotencyKey(rawValue: "px:\(paymentID):\(call.uuidString.lowercased())")
    }

    /// The key itself; it is no secret.
    package var description: String { rawValue }
}
