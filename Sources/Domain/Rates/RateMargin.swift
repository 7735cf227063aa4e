/// What the shop puts on top of published rates when it converts prices: 0 to 20 per cent, in steps of a hundredth of a
/// per cent.
package struct RateMargin: RawRepresentable, Hashable, Sendable {
    /// The allowed margins, in hundredths of a per cent.
    package static let range = 0...2_000
    /// Published rates as they are.
    package static let zero = RateMargin(unchecked: 0)

    /// Hundredths of a per cent.
    package let rawValue: Int

    private init(unchecked value: Int) { rawValue = value }

    /// `nil` outside of the range.
    package init?(rawValue: Int) {
        guard Self.range.contains(rawValue) else { return nil }
        self.init(unchecked: rawValue)
    }

    /// Reads per cent such as `2`, `2.5` or `2.75`. `nil` for any other form, for more decimals and outside of the
    /// range.
    package init?(percent text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...2).contains(parts[0].count) else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : [UInt8(ascii: "0")]
        guard (1...2).contains(fraction.count) else { return nil }
        let digits = Array(parts[0]) + fraction + (fraction.count == 1 ? [UInt8(ascii: "0")] : [])
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        self.init(rawValue: value)
    }
}

extension RateMargin: CustomStringConvertible {
    /// Per cent without trailing zeros: `2.5`.
    package var description: String {
        let (whole, rest) = rawValue.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return String(whole) }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
