/// A command with its arguments, already in the form it takes on the wire.
///
/// Encoding happens here, on the caller's task, so that the one thread that owns the connection only copies bytes. Since a command
/// holds its arguments only in that form, printing one shows its name alone: keys and values stay out of logs.
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

    private static func append(_ argument: RedisArgument, to bytes: inout [UInt8]) {
        appendHeader(UInt8(ascii: "$"), argument.count, to: &bytes)
        argument.append(to: &bytes)
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func appendHeader(_ marker: UInt8, _ number: Int, to bytes: inout [UInt8]) {
        bytes.append(marker)
        if number < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
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
