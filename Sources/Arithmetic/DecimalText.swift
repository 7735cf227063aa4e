extension Array where Element == UInt8 {
    /// Appends the number in decimal, without a string on the way: a claim acknowledges its jobs by the hundred.
    package mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// As above.
    package mutating func append(decimal value: Int) { append(decimal: Int64(value)) }

    /// As above.
    package mutating func append(decimal value: UInt64) {
        guard value >= 10 else { return append(UInt8(ascii: "0") + UInt8(value)) }
        // From the last digit to the first; no number of 64 bits has more than 20.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            var rest = value
            while rest > 0 {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
    }
}

/// How many characters a number has in decimal.
package func decimalLength(of value: Int64) -> Int {
    var length = value < 0 ? 2 : 1
    var rest = value.magnitude / 10
    while rest > 0 {
        length += 1
        rest /= 10
    }
    return length
}
