/// Finds what looks like the number of a payment card in text that customers write. Such a number must not be written
/// anywhere, not even to be refused.
///
/// Source: ISO/IEC 7812-1: 12 to 19 digits as cards have them today, of which the last is a check digit by the formula
/// of Luhn.
package enum CardNumber {
    /// How closely to look.
    package enum Scrutiny: Sendable {
        /// For text in which numbers are not expected, such as the name of a payment method: any such number, whatever
        /// stands directly before and behind it.
        case strict
        /// For addresses and notes, in which telephone numbers may stand: whole numbers of 13 digits and more that
        /// begin as those of the card networks do.
        case lenient
    }

    /// As many digits as numbers of cards have.
    package static let lengths = 12...19
    /// As many signs as may stand between two digits of one number.
    private static let widestGap = 2
    /// Text is looked at no further than this, in groups of digits; a text with more of them is no address.
    private static let mostGroups = 200

    /// Whether a number of a card may stand in the text: digits of any script, with spaces, hyphens, dots and the like
    /// between them or not.
    package static func occurs(in text: String, _ scrutiny: Scrutiny) -> Bool {
        runs(of: text).contains { scrutiny == .strict ? isAnywhere(in: $0.flatMap(\.self)) : isWhole(in: $0) }
    }

    /// Stretches of digits that only separators interrupt, each as the groups that it is written in.
    private static func runs(of text: String) -> [[[Int]]] {
        var runs: [[[Int]]] = []
        var groups: [[Int]] = []
        var group: [Int] = []
        var gap = 0
        for scalar in text.unicodeScalars {
            if let digit = digit(scalar) {
                group.append(digit)
                gap = 0
                continue
            }
            if !group.isEmpty { groups.append(group) }
            group = []
            gap += 1
            if !isSeparator(scalar) || gap > widestGap || groups.count >= mostGroups {
                if !groups.isEmpty { runs.append(groups) }
                groups = []
            }
        }
        if !group.isEmpty { groups.append(group) }
        if !groups.isEmpty { runs.append(groups) }
        return runs
    }

    /// Whether neighboring groups make up a number of a card.
    private static func isWhole(in groups: [[Int]]) -> Bool {
        for first in groups.indices {
            guard let lead = groups[first].first, (2...6).contains(lead) else { continue }
            var digits: [Int] = []
            for group in groups[first...] {
                digits += group
                if digits.count > lengths.upperBound { break }
                if digits.count > lengths.lowerBound, passesLuhn(digits[...]) { return true }
            }
        }
        return false
    }

    private static func isAnywhere(in digits: [Int]) -> Bool {
        digits.indices.contains { first in
            lengths.contains { length in first + length <= digits.count && passesLuhn(digits[first..<first + length]) }
        }
    }

    private static func passesLuhn(_ digits: ArraySlice<Int>) -> Bool {
        // A row of zeros passes and is no card.
        guard digits.contains(where: { $0 != 0 }) else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { sum, item in
            let doubled = item.element * 2
            return sum + (item.offset.isMultiple(of: 2) ? item.element : doubled > 9 ? doubled - 9 : doubled)
        }
        return sum.isMultiple(of: 10)
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        if scalar.isASCII { return ("0"..."9").contains(scalar) ? Int(scalar.value) - 0x30 : nil }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return Int(value)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "-", ".", "_", "/", ",", "\t", "\n", "\r": true
        default:
            switch scalar.properties.generalCategory {
            case .spaceSeparator, .dashPunctuation, .connectorPunctuation, .format: true
            default: false
            }
        }
    }
}
