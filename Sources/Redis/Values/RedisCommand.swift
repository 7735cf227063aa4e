import Arithmetic

/// A command with its arguments, already in the form it takes on the wire.
///
/// Encoding happens here, on the caller's task, so that the one thread that owns the connection only copies bytes.
/// Since a command holds its arguments only in that form, printing one shows its name alone: keys and values stay out
/// of logs.
public struct RedisCommand: Sendable {
    /// The command's name, for messages.
    public let name: String
    /// A RESP array of bulk strings, see <https://redis.io/docs/latest/develop/reference/protocol-spec/>.
    let encoded: [UInt8]

    /// - Parameters:
    ///   - name: one word such as "LPUSH"; subcommands are arguments.
    ///   - arguments: in order.
    public init(_ name: String, _ arguments: RedisArgument...) {
        self.init(name, arguments: arguments)
    }

    /// - Parameters:
    ///   - name: one word such as "LPUSH"; subcommands are arguments.
    ///   - arguments: in order.
    public init(_ name: String, arguments: [RedisArgument]) {
        self.name = name
        var bytes: [UInt8] = []
        // Each part costs its bytes and at most some twelve more for `$length` and line ends.
        bytes.reserveCapacity(arguments.reduce(32 + name.utf8.count) { $0 + $1.count + 16 })
        Self.appendHeader(UInt8(ascii: "*"), arguments.count + 1, to: &bytes)
        Self.append(RedisArgument(name), to: &bytes)
        for argument in arguments { Self.append(argument, to: &bytes) }
        encoded = bytes
    }

    /// The bytes of the argument at `index`, counted from 1; nil when there are not so many.
    func argument(_ index: Int) -> ArraySlice<UInt8>? {
        var position = Self.endOfLine(encoded, from: 0)
        for _ in 0..<index {
            guard let (length, start) = Self.length(encoded, at: position) else { return nil }
            position = start + length + 2
        }
        guard let (length, start) = Self.length(encoded, at: position) else { return nil }
        return encoded[start..<start + length]
    }

    /// Reads `$length` at a position; nil at the end.
    private static func length(_ bytes: [UInt8], at position: Int) -> (length: Int, start: Int)? {
        guard position < bytes.count else { return nil }
        let end = endOfLine(bytes, from: position)
        let length = bytes[position + 1..<end - 2].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (length, end)
    }

    /// Where the line that begins here ends, its line end included.
    private static func endOfLine(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return index + 1
    }

    private static func append(_ argument: RedisArgument, to bytes: inout [UInt8]) {
        appendHeader(UInt8(ascii: "$"), argument.count, to: &bytes)
        argument.append(to: &bytes)
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func appendHeader(_ marker: UInt8, _ number: Int, to bytes: inout [UInt8]) {
        bytes.append(marker)
        bytes.append(decimal: number)
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
    /// The name; arguments are never shown.
    public var description: String { "\(name) …" }

    /// Hides the arguments from `dump` too.
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

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
