import Arithmetic
public import Foundation
import Glibc
import JSON
import Synchronization

/// A job's id: a UUID version 7 (RFC 9562), so that ids sort by creation time and the ledger's partitions can be ranges
/// of ids.
///
/// It stays the same over retries, crashes and an operator's retry, and so can serve as the idempotency key of external
/// calls.
public struct JobID: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The id as the ledger stores it.
    public let rawValue: UUID

    /// Takes over an id that exists.
    public init(rawValue: UUID) {
        self.rawValue = rawValue
    }

    /// Nil when the text is no UUID.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let uuid = text.withUTF8({ UUIDText.parse($0) }) else { return nil }
        self.init(rawValue: uuid)
    }

    /// A fresh id. Ids that one process makes sort in the order in which it made them, also within a millisecond (RFC
    /// 9562, section 6.2, method 1: a counter in `rand_a`).
    public static func new() -> JobID {
        let now = milliseconds(Date())
        return clock.withLock { clock in
            let (stamp, count) = clock.next(now)
            return JobID(stamp: stamp, count: count, random: clock.random.next())
        }
    }

    /// A fresh id with a time of creation given by hand.
    public static func new(at time: Date) -> JobID {
        let (count, random) = clock.withLock { ($0.random.next() & 0xFFF, $0.random.next()) }
        return JobID(stamp: milliseconds(time), count: count, random: random)
    }

    /// Of which an id has room for 48 bits.
    private static func milliseconds(_ time: Date) -> UInt64 {
        min(UInt64(saturating: time.timeIntervalSince1970 * 1000), 1 << 48 - 1)
    }

    /// Of `count` 12 bits are used, of `random` those from 0 to 5 and from 8 to 63.
    private init(stamp: UInt64, count: UInt64, random: UInt64) {
        func byte(_ value: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
        self.init(
            rawValue: UUID(
                uuid: (
                    byte(stamp, 40), byte(stamp, 32), byte(stamp, 24), byte(stamp, 16), byte(stamp, 8), byte(stamp, 0),
                    0x70 | byte(count, 8), byte(count, 0), 0x80 | (byte(random, 0) & 0x3F), byte(random, 8),
                    byte(random, 16),
                    byte(random, 24), byte(random, 32), byte(random, 40), byte(random, 48), byte(random, 56)
                )))
    }

    private static let clock = Mutex(Clock())

    /// The last time stamp given out, and how often. While the system's clock stands still or has been set back a
    /// little, it goes on from where it was.
    private struct Clock {
        private var stamp: UInt64 = 0
        private var count: UInt64 = 0
        var random = EntropyBuffer()

        mutating func next(_ now: UInt64) -> (stamp: UInt64, count: UInt64) {
            let isLittleBehind = now <= stamp && stamp - now < 10_000
            if isLittleBehind && count < 0xFFF {
                count += 1
            } else {
                stamp = isLittleBehind ? stamp + 1 : now
                count = random.next() & 0x3FF
            }
            return (stamp, count)
        }
    }

    /// Lower-case, as in JSON, SQL and logs.
    public var description: String { UUIDText.string(rawValue) }
}

/// The 36 characters of a UUID (RFC 9562, section 4), in lower case. Every job's id goes through here several times,
/// and Foundation's own conversions cost a microsecond each.
enum UUIDText {
    static let length = 36
    /// Where the hyphens stand: after 4, 6, 8 and 10 bytes.
    private static func hasHyphen(before byte: Int) -> Bool { byte == 4 || byte == 6 || byte == 8 || byte == 10 }

    static func append(_ id: UUID, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer in
            write(id, to: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    static func string(_ id: UUID) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            write(id, to: buffer)
            return length
        }
    }

    /// Fills a buffer of ``length`` bytes.
    private static func write(_ id: UUID, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: id.uuid) { source in
            var position = 0
            for index in 0..<16 {
                if hasHyphen(before: index) {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                buffer[position] = digit(source[index] >> 4)
                buffer[position + 1] = digit(source[index] & 15)
                position += 2
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    /// Nil when the bytes are not a UUID's text, in either case.
    static func parse(_ source: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard source.count == length else { return nil }
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var position = 0
        let isWellFormed = withUnsafeMutableBytes(of: &uuid) { target in
            for index in 0..<16 {
                if hasHyphen(before: index) {
                    guard source[position] == UInt8(ascii: "-") else { return false }
                    position += 1
                }
                guard let high = JSONText.hexadecimal(source[position]),
                    let low = JSONText.hexadecimal(source[position + 1])
                else {
                    return false
                }
                target[index] = high << 4 | low
                position += 2
            }
            return true
        }
        return isWellFormed ? UUID(uuid: uuid) : nil
    }
}

/// Random numbers of the system, fetched many at a time: a system call for each id costs more than all the rest of the
/// id.
struct EntropyBuffer: Sendable {
    private var numbers: [UInt64] = []

    mutating func next() -> UInt64 {
        if numbers.isEmpty {
            // More than 256 bytes at a time are refused (getentropy(3)).
            numbers = [UInt64](unsafeUninitializedCapacity: 32) { buffer, count in
                count = getentropy(buffer.baseAddress, 256) == 0 ? 32 : 0
            }
        }
        return numbers.popLast() ?? .random(in: .min ... .max)
    }
}
