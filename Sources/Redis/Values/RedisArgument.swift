/// One argument of a command. Redis knows only byte strings; numbers go as their decimal text.
public struct RedisArgument: Sendable, Equatable {
    private enum Storage: Sendable, Equatable {
        case text(String)
        case bytes([UInt8])
    }

    private let storage: Storage

    /// The text's UTF-8 bytes.
    public init(_ text: String) {
        storage = .text(text)
    }

    /// The number in decimal.
    public init(_ number: some BinaryInteger) {
        storage = .text(String(number))
    }

    /// The bytes as they are.
    public init(_ bytes: [UInt8]) {
        storage = .bytes(bytes)
    }

    /// How many bytes go over the wire.
    var count: Int {
        switch storage {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }

    func append(to buffer: inout [UInt8]) {
        switch storage {
        case .text(let text): buffer.append(contentsOf: text.utf8)
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
