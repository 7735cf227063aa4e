/// A Lua script that runs inside Redis in one piece; see ``RedisClient/evaluate(_:keys:arguments:)``.
public struct RedisScript: Sendable, Equatable {
    /// For people: appears in errors.
    public let name: String
    /// The Lua text.
    public let source: String
    /// The name Redis itself gives the script: the SHA-1 of ``source`` in lower-case hexadecimal.
    public let sha1: String

    /// - Parameters:
    ///   - name: for people.
    ///   - source: the Lua text. Keys come in `KEYS`, everything else in `ARGV`.
    public init(name: String, source: String) {
        self.name = name
        self.source = source
        self.sha1 = SHA1.hexadecimal(of: Array(source.utf8))
    }

    /// - Throws: `.unroutable` when a cluster has these keys in more than one slot.
    func checkSlots(of keys: [String]) throws(RedisError) {
        guard let first = keys.first.map({ HashSlot.of($0.utf8) }), !keys.allSatisfy({ HashSlot.of($0.utf8) == first })
        else { return }
        throw RedisError(
            code: .unroutable,
            message:
                "script \(name): a cluster has its keys in different slots; they must share a hash tag, as in {shop}:a and {shop}:b"
        )
    }

    func command(bySource: Bool, keys: [String], arguments: [RedisArgument]) -> RedisCommand {
        var parts: [RedisArgument] = []
        parts.reserveCapacity(2 + keys.count + arguments.count)
        parts.append(RedisArgument(bySource ? source : sha1))
        parts.append(RedisArgument(keys.count))
        for key in keys { parts.append(RedisArgument(key)) }
        parts.append(contentsOf: arguments)
        return RedisCommand(bySource ? "EVAL" : "EVALSHA", arguments: parts)
    }
}
