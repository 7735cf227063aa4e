/// Which of a cluster's 16,384 slots a key belongs to: the CRC16 of its hash tag, or of all of it when it has none. See
/// "Key distribution model" in <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>.
enum HashSlot {
    static let count = 16_384

    static func of(_ key: some Collection<UInt8>) -> Int {
        Int(crc16(tag(of: key))) % count
    }

    /// What stands between the first `{` and the first `}` after it, unless that is nothing.
    private static func tag<Key: Collection<UInt8>>(of key: Key) -> Key.SubSequence {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key[...] }
        let rest = key[key.index(after: open)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close != rest.startIndex else { return key[...] }
        return rest[..<close]
    }

    /// CRC-16/XMODEM: polynomial 0x1021, start 0, most significant bit first.
    private static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes { sum = sum << 8 ^ table[Int(sum >> 8) ^ Int(byte)] }
        return sum
    }

    private static let table: [UInt16] = (0..<256).map { index in
        var sum = UInt16(index) << 8
        for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        return sum
    }
}
