/// What a JSON number with a fraction or an exponent comes to when it is whole: `1.0`, `1e3` and `25e-1` without its
/// half are numbers like `1`, and JSON does not tell them apart. Counted in decimal digits, so that nothing is rounded
/// on the way.
enum WholeNumber {
    /// nil when it is not whole or beyond 64 bits.
    ///
    /// - Parameter text: a number as JSON writes it.
    static func value(of text: String) -> Int64? {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
        guard let mantissa = parts.first else { return nil }
        let halves = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1)
        let fraction = halves.count == 2 ? halves[1].count : 0
        var digits = Array(halves.joined())
        // Ahead of the exponent, which may be anything where there is nothing to shift.
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { return 0 }
        guard var shift = parts.count == 2 ? Int32(String(decoding: parts[1], as: UTF8.self)).map({ Int($0) }) : 0
        else { return nil }
        shift -= fraction
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            shift += 1
        }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard shift >= 0, significant.count + shift <= 19 else { return nil }
        return Int64(
            (isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self)
                + String(repeating: "0", count: shift))
    }
}
