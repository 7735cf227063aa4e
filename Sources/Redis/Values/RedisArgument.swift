import Arithmetic

/// One argument of a command. Redis knows only byte strings; numbers go as their decimal text.
public struct RedisArgument: Sendable, Equatable {
    private enum Storage: Sendable {
        case text(String)
        case number(Int64)
        case bytes([UInt8])
    }

    private let storage: Storage

    /// The text's UTF-8 bytes.
    public init(_ text: String) {
        storage = .text(text)
    }

    /// The number in decimal.
    public init(_ number: some BinaryInteger) {
        storage = Int64(exactly: number).map { .number($0) } ?? .text(String(number))
    }

    /// The number in decimal.
    public init(_ number: Int) {
        storage = .number(Int64(number))
    }

    /// The number in decimal.
    public init(_ number: Int64) {
        storage = .number(number)
    }

    /// The bytes as they are.
    public init(_ bytes: [UInt8]) {
        storage = .bytes(bytes)
    }

    /// How many bytes go over the wire.
    var count: Int {
        switch storage {
        case .text(let text): text.utf8.count
        case .number(let number): decimalLength(of: number)
        case .bytes(let bytes): bytes.count
        }
    }

    /// Whether the same bytes go over the wire.
    public static func == (left: RedisArgument, right: RedisArgument) -> Bool {
        func bytes(_ argument: RedisArgument) -> [UInt8] {
            var bytes: [UInt8] = []
            argument.append(to: &bytes)
            return bytes
        }
        return bytes(left) == bytes(right)
    }

    func append(to buffer: inout [UInt8]) {
        switch storage {
        case .text(let text): buffer.append(contentsOf: text.utf8)
        case .number(let number): buffer.append(decimal: number)
        case .bytes(let bytes): buffer.append(contentsOf: bytes)
        }
    }
}

extension RedisArgument: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    /// `"text"` or `"text \(value)"`.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// `42`
    public init(integerLiteral value: Int) {
        self.init(value)
    }

    /// `[0xCA, 0xFE]`
    public init(arrayLiteral elements: UInt8...) {
        self.init(elements)
    }
}
