/// What Redis answers (RESP2).
public enum RedisValue: Sendable, Equatable {
    /// No such thing: a missing key, a pop that timed out.
    case null
    /// A whole number.
    case integer(Int64)
    /// A bulk string.
    case string([UInt8])
    /// A status such as `OK`.
    case status(String)
    /// A list of values.
    case array([RedisValue])
    /// An error inside an array or a batch, as Redis worded it.
    case error(String)

    /// A string or status as text, an integer in decimal; nil for anything else or for bytes that are not UTF-8.
    public var text: String? {
        switch self {
        case .string(let bytes): String(validating: bytes, as: UTF8.self)
        case .status(let text): text
        case .integer(let number): String(number)
        case .null, .array, .error: nil
        }
    }

    /// An integer, or a string that holds one in decimal; nil for anything else.
    public var int: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .string, .status: text.flatMap { Int($0) }
        case .null, .array, .error: nil
        }
    }

    /// The bytes of a string or status; nil for anything else.
    public var bytes: [UInt8]? {
        switch self {
        case .string(let bytes): bytes
        case .status(let text): Array(text.utf8)
        case .null, .integer, .array, .error: nil
        }
    }

    /// The members of an array; nil for anything else.
    public var elements: [RedisValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// True for what Redis answers when a key or member does not exist.
    public var isNull: Bool { self == .null }
}
