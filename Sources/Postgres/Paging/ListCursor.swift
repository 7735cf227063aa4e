import Foundation

/// Where one part of a list ended: the values that the list is ordered by, of the last item of that part. The next part
/// begins behind them, whatever has become of the item meanwhile.
///
/// Clients get it as a text that says nothing to them and hand it back. The text carries a version, the list and the
/// conditions that it belongs to, and a check sum, so that what was cut off, mistyped or taken from another list is
/// told from what was given out. It is no secret and proves nothing: a client that forges one chooses a place in a list
/// that it may read anyway.
public struct ListCursor: Hashable, Sendable {
    /// One of the values that a list is ordered by.
    public enum Value: Hashable, Sendable {
        /// A whole number, or a time in microseconds.
        case number(Int64)
        /// A text or an id. Never holds U+0000, which PostgreSQL does not take.
        case text(String)
    }

    /// What a list is and by what it was narrowed down. A cursor of one list is none of another.
    public struct List: Hashable, Sendable {
        let digest: UInt64

        /// - Parameters:
        ///   - name: of the list, with its order where it has several.
        ///   - conditions: that choose its items; nil for one that was not given.
        public init(_ name: String, _ conditions: [String?] = []) {
            var hash = FNV()
            hash.add(name.utf8)
            for condition in conditions {
                hash.add(condition == nil ? [0] : [1])
                hash.add((condition ?? "").utf8)
            }
            digest = hash.value
        }
    }

    /// The text is no cursor of this list.
    public struct Invalid: Error, Hashable {}

    /// The longest text that is looked at, in bytes.
    public static let maximumLength = 2_000

    private static let version: UInt8 = 1

    /// The values, in the order of the list.
    public let values: [Value]
    private let digest: UInt64

    /// The place behind an item of a list.
    public init(_ values: [Value], of list: List) {
        self.values = values
        digest = list.digest
    }

    /// Reads a text that a part before gave out. Which list it is of is asked with ``belongs(to:)``.
    public init(_ text: some StringProtocol) throws(Invalid) {
        guard text.utf8.count <= Self.maximumLength, let bytes = Self.decoded(String(text)), bytes.count > 13,
            bytes[0] == Self.version
        else { throw Invalid() }
        let body = bytes.dropLast(4)
        guard Array(bytes.suffix(4)) == Self.checksum(of: body) else { throw Invalid() }
        var reader = Reader(rest: body.dropFirst())
        digest = UInt64(bitPattern: try reader.number())
        var values: [Value] = []
        while !reader.rest.isEmpty { values.append(try reader.value()) }
        self.values = values
    }

    /// Reads a text that must be of this list.
    public init(_ text: some StringProtocol, of list: List) throws(Invalid) {
        try self.init(text)
        guard belongs(to: list) else { throw Invalid() }
    }

    /// Whether it was given out with a part of this list.
    public func belongs(to list: List) -> Bool { digest == list.digest }

    private static func checksum(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = FNV()
        hash.add(bytes)
        return Self.bytes(of: hash.value).suffix(4)
    }

    fileprivate static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }

    /// Base64 for URLs, in its one canonical form: a text that differs in a bit is another text.
    private static func decoded(_ text: String) -> [UInt8]? {
        guard
            text.utf8.allSatisfy({
                $0 < 0x80 && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=")
            })
        else {
            return nil
        }
        var standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        standard += String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard), encoded(Array(data)) == text else { return nil }
        return Array(data)
    }

    fileprivate static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func value() throws(Invalid) -> Value {
            switch rest.popFirst() {
            case 1: return .number(try number())
            case 2:
                guard rest.count >= 2 else { throw Invalid() }
                let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
                guard length <= rest.count, let text = String(validating: rest.prefix(length), as: UTF8.self),
                    !text.utf8.contains(0)
                else {
                    throw Invalid()
                }
                rest = rest.dropFirst(length)
                return .text(text)
            default: throw Invalid()
            }
        }

        mutating func number() throws(Invalid) -> Int64 {
            guard rest.count >= 8 else { throw Invalid() }
            var number: UInt64 = 0
            for _ in 0..<8 { number = number << 8 | UInt64(rest.removeFirst()) }
            return Int64(bitPattern: number)
        }
    }
}

extension ListCursor: CustomStringConvertible {
    /// The text for clients.
    public var description: String {
        var bytes = [Self.version] + Self.bytes(of: digest)
        for value in values {
            switch value {
            case .number(let number): bytes += [1] + Self.bytes(of: UInt64(bitPattern: number))
            case .text(let text):
                let utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
                bytes += [2, UInt8(truncatingIfNeeded: utf8.count >> 8), UInt8(truncatingIfNeeded: utf8.count)] + utf8
            }
        }
        return Self.encoded(bytes + Self.checksum(of: bytes))
    }
}

/// FNV-1a with 64 bits: tells slips from what was meant, not forgeries.
private struct FNV {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Adds bytes and where they end, so that `ab`, `c` differs from `a`, `bc`.
    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { step(byte) }
        // No UTF-8 holds this byte.
        step(0xFF)
    }

    private mutating func step(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}
