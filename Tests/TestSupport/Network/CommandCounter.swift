/// Finds where Redis commands end in a stream of bytes: arrays of bulk strings, as every client sends them.
///
/// Bytes that are no Redis protocol, such as PostgreSQL's or a test's nonsense, are taken as well: from there on it
/// counts nothing.
struct CommandCounter {
    private enum Expected {
        /// `*` before a number of strings, or `$` before a number of bytes.
        case mark(UInt8)
        /// The digits after such a mark, and the line's end: `3\r\n`.
        case number(UInt8, soFar: Int)
        /// So many bytes of a string and its line end.
        case content(Int)
        /// Nothing any more.
        case end
    }

    private static let command = UInt8(ascii: "*")
    private static let string = UInt8(ascii: "$")
    /// Redis takes no longer string, and no more strings: 512 MiB.
    private static let largest = 512 << 20

    private var expected = Expected.mark(command)
    private var stringsLeft = 0

    /// Takes one byte in. Returns whether a command ends with it.
    mutating func consume(_ byte: UInt8) -> Bool {
        switch expected {
        case .mark(let mark):
            expected = byte == mark ? .number(mark, soFar: 0) : .end
            return false
        case .number(let mark, let number):
            return consume(byte, after: mark, number)
        case .content(let left) where left > 1:
            expected = .content(left - 1)
            return false
        case .content:
            stringsLeft -= 1
            return expectString()
        case .end:
            return false
        }
    }

    private mutating func consume(_ byte: UInt8, after mark: UInt8, _ number: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            // At most ten times the largest, so this cannot overflow.
            let next = number * 10 + Int(byte - UInt8(ascii: "0"))
            expected = next <= Self.largest ? .number(mark, soFar: next) : .end
        case UInt8(ascii: "\r"):
            break
        case UInt8(ascii: "\n") where mark == Self.command:
            stringsLeft = number
            return expectString()
        case UInt8(ascii: "\n"):
            expected = .content(number + 2)
        default:
            expected = .end
        }
        return false
    }

    /// Goes on with the command's next string, or with the next command. Returns whether the present one is over.
    private mutating func expectString() -> Bool {
        expected = .mark(stringsLeft > 0 ? Self.string : Self.command)
        return stringsLeft == 0
    }
}
