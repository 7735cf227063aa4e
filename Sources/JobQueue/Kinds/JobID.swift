public import Foundation

/// A job's id: a UUID version 7 (RFC 9562), so that ids sort by creation time and the ledger's partitions can be ranges of ids.
///
/// It stays the same over retries, crashes and an operator's retry, and so can serve as the idempotency key of external calls.
public struct JobID: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The UUID.
    public let rawValue: UUID

    /// Takes over an id that exists.
    public init(rawValue: UUID) {
        self.rawValue = rawValue
    }

    /// Nil when the text is no UUID.
    public init?(_ text: some StringProtocol) {
        guard let uuid = UUID(uuidString: String(text)) else { return nil }
        self.init(rawValue: uuid)
    }

    /// A fresh id for a job created at `time`.
    public static func new(at time: Date = Date()) -> JobID {
        var random = SystemRandomNumberGenerator()
        return new(milliseconds: UInt64(max(0, time.timeIntervalSince1970 * 1000)), random: &random)
    }

    static func new(milliseconds: UInt64, random: inout some RandomNumberGenerator) -> JobID {
        let a = random.next()
        let b = random.next()
        func byte(_ value: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
        return JobID(
            rawValue: UUID(
                uuid: (
                    byte(milliseconds, 40), byte(milliseconds, 32), byte(milliseconds, 24), byte(milliseconds, 16), byte(milliseconds, 8),
                    byte(milliseconds, 0), 0x70 | (byte(a, 0) & 0x0F), byte(a, 8), 0x80 | (byte(b, 0) & 0x3F), byte(b, 8), byte(b, 16),
                    byte(b, 24), byte(b, 32), byte(b, 40), byte(b, 48), byte(b, 56)
                )))
    }

    /// Lower-case, as in JSON, SQL and logs.
    public var description: String { rawValue.uuidString.lowercased() }
}
