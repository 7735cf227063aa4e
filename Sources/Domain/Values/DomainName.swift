import Foundation

/// Domain names in the letters of all scripts (IDNA 2008, RFC 5890 to 5892): how people write them, and how they go
/// over the wire.
enum DomainName {
    /// The name in lower-case ASCII, each label with other letters as `xn--…`. `nil` for what is no name of two labels
    /// or more.
    ///
    /// Letters are folded first as UTS 46 does it: full-width forms, ligatures and capitals are other spellings of the
    /// same name.
    static func ascii(_ text: some StringProtocol) -> String? {
        // 254 bytes are the most that an address has; its letters take three at most.
        guard text.utf8.count <= 1_024 else { return nil }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let folded = isASCII ? text.lowercased() : folded(String(text))
        var labels: [String] = []
        // By code points: there are letters that join with a full stop behind them to one character.
        for label in folded.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false) {
            guard let encoded = encoded(Substring(label)) else { return nil }
            labels.append(encoded)
        }
        let name = labels.joined(separator: ".")
        return labels.count >= 2 && name.utf8.count <= 253 ? name : nil
    }

    /// The name as people write it. Labels that no person can have written so stay as they are.
    static func unicode(_ ascii: some StringProtocol) -> String {
        ascii.split(separator: ".", omittingEmptySubsequences: false).map { decoded($0) ?? String($0) }.joined(
            separator: ".")
    }

    private static func folded(_ text: String) -> String {
        let mapped = text.precomposedStringWithCompatibilityMapping.lowercased()
            .precomposedStringWithCompatibilityMapping
        // The full stops of East Asia end a label, too.
        return String(
            String.UnicodeScalarView(mapped.unicodeScalars.map { $0 == "\u{3002}" || $0 == "\u{FF61}" ? "." : $0 }))
    }

    /// A label in ASCII. One that came as `xn--…` must be what its letters come to, so that a name has one spelling.
    private static func encoded(_ label: Substring) -> String? {
        if label.utf8.allSatisfy({ $0 < 0x80 }) {
            guard isPlain(label) else { return nil }
            return label.hasPrefix("xn--") && decoded(label) == nil ? nil : String(label)
        }
        guard isWritable(label), let code = Punycode.encoded(label.unicodeScalars), code.utf8.count <= 59 else {
            return nil
        }
        return "xn--" + code
    }

    /// The letters of an `xn--…` label, `nil` for any other.
    private static func decoded(_ label: some StringProtocol) -> String? {
        guard label.hasPrefix("xn--"), let scalars = Punycode.decoded(label.utf8.dropFirst(4)) else { return nil }
        let text = String(String.UnicodeScalarView(scalars))
        guard isWritable(text[...]), text.utf8.contains(where: { $0 >= 0x80 }),
            Array(folded(text).unicodeScalars) == Array(text.unicodeScalars),
            Punycode.encoded(text.unicodeScalars).map({ "xn--" + $0 }) == String(label)
        else { return nil }
        return text
    }

    /// Letters, digits and inner hyphens of ASCII (RFC 1123), at most 63.
    private static func isPlain(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
            && label.utf8.last != UInt8(ascii: "-")
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Letters, marks and digits of any script in lower case, no mark at the beginning, no hyphen at an end (RFC 5891,
    /// section 5.4).
    private static func isWritable(_ label: Substring) -> Bool {
        let scalars = label.unicodeScalars
        guard let first = scalars.first, first != "-", scalars.last != "-", !isMark(first) else { return false }
        return scalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: true
            default: scalar == "-" || scalar == "\u{30FB}"
            }
        }
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}

/// Unicode in the letters of host names (RFC 3492).
enum Punycode {
    private static let base = 36
    private static let (tMin, tMax) = (1, 26)
    private static let hyphen = UInt8(ascii: "-")

    /// `nil` where a number grows beyond its bounds.
    static func encoded(_ text: some Sequence<Unicode.Scalar>) -> String? {
        let scalars = text.map(\.value)
        let basic = scalars.filter { $0 < 0x80 }
        var output = basic.map { UInt8(truncatingIfNeeded: $0) }
        if !basic.isEmpty { output.append(hyphen) }
        var (n, delta, bias, handled): (UInt32, Int, Int, Int) = (0x80, 0, 72, basic.count)
        while handled < scalars.count {
            guard let next = scalars.filter({ $0 >= n }).min() else { return nil }
            let (step, overflow) = Int(next - n).multipliedReportingOverflow(by: handled + 1)
            guard !overflow, delta <= Int(Int32.max) - step else { return nil }
            delta += step
            n = next
            for scalar in scalars {
                if scalar < n { delta += 1 }
                guard scalar == n else { continue }
                var (q, k) = (delta, base)
                while true {
                    let t = threshold(k, bias)
                    if q < t { break }
                    output.append(digit(t + (q - t) % (base - t)))
                    q = (q - t) / (base - t)
                    k += base
                }
                output.append(digit(q))
                bias = adapted(delta, handled + 1, isFirst: handled == basic.count)
                delta = 0
                handled += 1
            }
            delta += 1
            n += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// `nil` for what is no such text.
    static func decoded(_ text: some Sequence<UInt8>) -> [Unicode.Scalar]? {
        let bytes = Array(text)
        guard bytes.count <= 63 else { return nil }
        let split = bytes.lastIndex(of: hyphen)
        var output: [Unicode.Scalar] = bytes[..<(split ?? 0)].map { Unicode.Scalar($0) }
        guard output.allSatisfy(\.isASCII) else { return nil }
        var rest = bytes[(split.map { $0 + 1 } ?? 0)...]
        var (n, i, bias) = (0x80, 0, 72)
        while !rest.isEmpty {
            var (w, k) = (1, base)
            let old = i
            while true {
                guard let byte = rest.popFirst(), let digit = value(byte) else { return nil }
                // 63 digits at most: each factor is below 36, and what is beyond a scalar's range ends here.
                guard digit <= (Int(Int32.max) - i) / w else { return nil }
                i += digit * w
                let t = threshold(k, bias)
                if digit < t { break }
                guard w <= Int(Int32.max) / (base - t) else { return nil }
                w *= base - t
                k += base
            }
            let count = output.count + 1
            bias = adapted(i - old, count, isFirst: old == 0)
            n += i / count
            i %= count
            guard n <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(n)), !scalar.isASCII else { return nil }
            output.insert(scalar, at: i)
            i += 1
        }
        return output
    }

    private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, tMin), tMax) }

    private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var k = 0
        while delta > (base - tMin) * tMax / 2 {
            delta /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * delta / (delta + 38)
    }

    private static func digit(_ value: Int) -> UInt8 { UInt8(truncatingIfNeeded: value < 26 ? 97 + value : 22 + value) }

    private static func value(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 97
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 22
        default: nil
        }
    }
}
