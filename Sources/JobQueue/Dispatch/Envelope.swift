import Arithmetic
import Redis

/// What lies in Redis for one job: a header of eleven fields that Lua can read, then the body.
///
///     2 <id> <name> <version> <attempts> <crashes> <enqueued ms> <superseded> <d|e> <payload bytes> <unique
///     bytes>\n<payload><unique><errors>
///
/// A durable job (`d`) has no body here: its payload, attempts and errors are in the ledger, and the copy is only a
/// pointer. An ephemeral job (`e`) carries its payload, behind it its unique key if it has one, and then one JSON
/// object per line for each failed attempt.
///
/// `superseded` is `-`, or the epochs of the claims of this very copy that lapsed, joined by commas: a running ledger
/// row may be taken over only by the copy whose former claim started it, never by a second copy of the same job.
package struct Envelope: Hashable, Sendable {
    package var id: JobID
    package var name: String
    package var version: Int
    package var attempts: Int
    package var crashes: Int
    /// Milliseconds since 1970.
    package var enqueuedAt: Int64
    package var superseded: [Int64]
    package var isDurable: Bool
    package var payload: ArraySlice<UInt8>
    /// Whose holder this ephemeral job is among those of its queue; empty for none.
    package var uniqueKey: String
    package var errors: ArraySlice<UInt8>

    package init(
        id: JobID, name: String, version: Int, attempts: Int = 0, crashes: Int = 0, enqueuedAt: Int64,
        superseded: [Int64] = [],
        isDurable: Bool, payload: ArraySlice<UInt8> = [], uniqueKey: String = "", errors: ArraySlice<UInt8> = []
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.attempts = attempts
        self.crashes = crashes
        self.enqueuedAt = enqueuedAt
        self.superseded = superseded
        self.isDurable = isDurable
        self.payload = payload
        self.uniqueKey = uniqueKey
        self.errors = errors
    }

    /// The bytes as they lie in Redis.
    package func encoded() -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(128 + name.utf8.count + payload.count + uniqueKey.utf8.count + errors.count)
        let space = UInt8(ascii: " ")
        bytes.append(UInt8(ascii: "2"))
        bytes.append(space)
        UUIDText.append(id.rawValue, to: &bytes)
        bytes.append(space)
        bytes.append(contentsOf: name.utf8)
        for number in [Int64(version), Int64(attempts), Int64(crashes), enqueuedAt] {
            bytes.append(space)
            bytes.append(decimal: number)
        }
        bytes.append(space)
        if superseded.isEmpty { bytes.append(UInt8(ascii: "-")) }
        for (index, epoch) in superseded.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(decimal: epoch)
        }
        bytes.append(space)
        bytes.append(UInt8(ascii: isDurable ? "d" : "e"))
        bytes.append(space)
        bytes.append(decimal: payload.count)
        bytes.append(space)
        bytes.append(decimal: uniqueKey.utf8.count)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: payload)
        bytes.append(contentsOf: uniqueKey.utf8)
        bytes.append(contentsOf: errors)
        return bytes
    }

    /// Nil when the bytes are no envelope of format 2.
    package init?(_ bytes: [UInt8]) {
        var reader = EnvelopeReader(bytes)
        let header: Envelope? = bytes.withUnsafeBufferPointer { reader.header($0) }
        guard var envelope = header else { return nil }
        let body = reader.position
        guard reader.payloadCount <= bytes.count - body, reader.uniqueCount <= bytes.count - body - reader.payloadCount
        else { return nil }
        let unique = body + reader.payloadCount
        let errors = unique + reader.uniqueCount
        envelope.payload = bytes[body..<unique]
        if reader.uniqueCount > 0 { envelope.uniqueKey = String(decoding: bytes[unique..<errors], as: UTF8.self) }
        envelope.errors = bytes[errors...]
        self = envelope
    }
}

/// Reads the header of an ``Envelope`` from left to right, without making anything but its name: it is read once for
/// every run of a job.
struct EnvelopeReader {
    /// The first byte that was not read yet; after ``header(_:)`` the beginning of the body.
    private(set) var position = 0
    private(set) var payloadCount = 0
    private(set) var uniqueCount = 0
    private let count: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
    }

    /// The envelope without its body; nil when the header is malformed.
    mutating func header(_ bytes: UnsafeBufferPointer<UInt8>) -> Envelope? {
        guard let format = field(bytes), format.count == 1, format[0] == UInt8(ascii: "2") else { return nil }
        guard let idText = field(bytes), let id = UUIDText.parse(idText) else { return nil }
        guard let nameText = field(bytes), !nameText.isEmpty else { return nil }
        let name = String(decoding: nameText, as: UTF8.self)
        guard let version = number(bytes), let attempts = number(bytes), let crashes = number(bytes),
            let enqueuedAt = number(bytes),
            attempts >= 0, crashes >= 0, let chain = field(bytes), let superseded = epochs(chain)
        else { return nil }
        guard let kind = field(bytes), kind.count == 1 else { return nil }
        let isDurable: Bool
        switch kind[0] {
        case UInt8(ascii: "d"): isDurable = true
        case UInt8(ascii: "e"): isDurable = false
        default: return nil
        }
        guard let payload = number(bytes), payload >= 0, let unique = number(bytes, end: UInt8(ascii: "\n")),
            unique >= 0
        else {
            return nil
        }
        (payloadCount, uniqueCount) = (Int(payload), Int(unique))
        return Envelope(
            id: JobID(rawValue: id), name: name, version: Int(version), attempts: Int(attempts), crashes: Int(crashes),
            enqueuedAt: enqueuedAt, superseded: superseded, isDurable: isDurable)
    }

    /// The bytes up to `end`, which is skipped. A header ends at its line's end whatever is missing.
    private mutating func field(
        _ bytes: UnsafeBufferPointer<UInt8>, end: UInt8 = UInt8(ascii: " ")
    ) -> UnsafeBufferPointer<UInt8>? {
        let start = position
        while position < count, bytes[position] != end {
            if bytes[position] == UInt8(ascii: "\n") { return nil }
            position += 1
        }
        guard position < count else { return nil }
        defer { position += 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>, end: UInt8 = UInt8(ascii: " ")) -> Int64? {
        field(bytes, end: end).flatMap { Self.number($0[...]) }
    }

    private func epochs(_ field: UnsafeBufferPointer<UInt8>) -> [Int64]? {
        if field.count == 1, field[0] == UInt8(ascii: "-") { return [] }
        var epochs: [Int64] = []
        for part in field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let epoch = Self.number(part) else { return nil }
            epochs.append(epoch)
        }
        return epochs
    }

    /// Nil when the bytes are not digits with at most a sign before them, or too many.
    static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var digits = digits
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard (1...18).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return isNegative ? -value : value
    }
}
