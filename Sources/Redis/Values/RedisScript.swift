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
                "script \(name): a cluster has its keys in different slots; they must share a hash tag, as in "
                + "{shop}:a and {shop}:b"
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

/// SHA-1 (FIPS 180-4, section 6.1), because Redis names scripts by it. No secret and no signature hangs on it here.
enum SHA1 {
    /// The digest as 40 lower-case hexadecimal digits.
    static func hexadecimal(of message: [UInt8]) -> String {
        var padded = message
        padded.append(0x80)
        while padded.count % 64 != 56 { padded.append(0) }
        let bitCount = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
        }

        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(padded[start..<start + 64], into: &state)
        }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for word in state {
            for shift in stride(from: 28, through: 0, by: -4) { text.append(digits[Int(word >> UInt32(shift)) & 15]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words: [UInt32] = []
        words.reserveCapacity(80)
        for index in stride(from: block.startIndex, to: block.endIndex, by: 4) {
            words.append(block[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) })
        }
        for round in 16..<80 {
            words.append(rotate(words[round - 3] ^ words[round - 8] ^ words[round - 14] ^ words[round - 16], by: 1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for round in 0..<80 {
            let (mix, constant): (UInt32, UInt32) =
                switch round {
                case 0..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            (a, b, c, d, e) = (rotate(a, by: 5) &+ mix &+ e &+ constant &+ words[round], a, rotate(b, by: 30), c, d)
        }
        for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
    }

    private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }
}
