/// Finds where Redis commands end in a stream of bytes: arrays of bulk strings, as every client sends them.
struct CommandCounter {
    private enum Expected {
        /// The digits of `*3\r\n`.
        case count(Int)
        /// The digits of `$5\r\n`.
        case length(Int)
        /// So many bytes of a string and its line end.
        case content(Int)
    }

    private var expected = Expected.count(0)
    private var stringsLeft = 0

    /// Takes one byte in. Returns whether a command ends with it.
    mutating func consume(_ byte: UInt8) -> Bool {
        switch expected {
        case .count(let number):
            guard byte == UInt8(ascii: "\n") else {
                expected = .count(Self.append(byte, to: number))
                return false
            }
            stringsLeft = number
            expected = number > 0 ? .length(0) : .count(0)
            return number == 0
        case .length(let number):
            expected = byte == UInt8(ascii: "\n") ? .content(number + 2) : .length(Self.append(byte, to: number))
            return false
        case .content(let left):
            guard left == 1 else {
                expected = .content(left - 1)
                return false
            }
            stringsLeft -= 1
            expected = stringsLeft > 0 ? .length(0) : .count(0)
            return stringsLeft == 0
        }
    }

    private static func append(_ byte: UInt8, to number: Int) -> Int {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? number * 10 + Int(byte - UInt8(ascii: "0")) : number
    }
}
