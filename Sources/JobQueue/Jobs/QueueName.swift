public import Postgres

/// The name of a queue: one Redis list, one bulkhead with a concurrency of its own.
///
/// Letters, digits, `-`, `_` and `.`, at most 64 bytes: the name stands inside Redis keys and metric labels.
public struct QueueName: RawRepresentable, Hashable, Codable, Sendable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name as it stands in Redis keys, SQL, JSON and metrics.
    public let rawValue: String

    /// Nil when `rawValue` could not stand in a key or a label.
    public init?(rawValue: String) {
        guard QueueName.isValid(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// A name written in source code; a malformed one is a programming error.
    public init(stringLiteral value: String) {
        precondition(
            QueueName.isValid(value), "queue names are 1–64 letters, digits, '-', '_' or '.', not \"\(value)\"")
        self.rawValue = value
    }

    /// `default`: where jobs of kinds wait that name no queue.
    public static let standard: QueueName = "default"

    /// The raw name.
    public var description: String { rawValue }

    private static func isValid(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isAllowed)
    }

    /// Letters, digits, `-`, `_` and `.`.
    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

// Ids and queue names stand in SQL as their raw values.
extension JobID: PostgresEncodable, PostgresDecodable {}
extension QueueName: PostgresEncodable, PostgresDecodable {}
