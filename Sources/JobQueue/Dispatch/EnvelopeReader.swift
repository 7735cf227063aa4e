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
