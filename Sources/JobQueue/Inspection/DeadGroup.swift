public import Foundation

/// Dead letters whose last errors have one cause, as far as a fingerprint tells.
public struct DeadGroup: Sendable, Hashable {
    /// What they have in common; see ``JobFilter/fingerprint``.
    public let fingerprint: String
    /// Their kind.
    public let name: String
    /// Why the newest of them is dead.
    public let reason: String
    /// The code of the newest one's last error; nil when it has none.
    public let code: String?
    /// The message of the newest one's last error.
    public let message: String?
    /// How many there are.
    public let count: Int
    /// When the first of them died.
    public let firstAt: Date
    /// When the last of them died.
    public let lastAt: Date
}

/// As JSON for operators: the HTTP API and `cartwright jobs groups --json` show the same document.
extension DeadGroup: Encodable {
    enum CodingKeys: String, CodingKey {
        case fingerprint, name, reason, code, message, count
        case firstAt = "first_at"
        case lastAt = "last_at"
    }

    /// Writes every member.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fingerprint, forKey: .fingerprint)
        try container.encode(name, forKey: .name)
        try container.encode(reason, forKey: .reason)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(count, forKey: .count)
        try container.encode(firstAt, forKey: .firstAt)
        try container.encode(lastAt, forKey: .lastAt)
    }
}
