internal import Foundation

/// A mail address as it goes over the wire: its domain in ASCII (RFC 5891), what stands in front of the @ as it is.
struct EnvelopeAddress: Hashable {
    let text: String

    /// nil when the domain cannot be written in ASCII.
    init?(_ address: String) {
        guard let at = address.lastIndex(of: "@"), let domain = DomainName.ascii(String(address[address.index(after: at)...])) else {
            return nil
        }
        text = "\(address[..<at])@\(domain)"
    }

    /// Whether only a server that offers SMTPUTF8 can take it.
    var needsSMTPUTF8: Bool { !text.utf8.allSatisfy { $0 < 0x80 } }
}

/// Names of hosts in the form that the domain name system has them.
enum DomainName {
    /// `xn--mnchen-3ya.example` for `münchen.example`; a name in ASCII in lower case. nil when a label is empty or too long.
    ///
    /// Letters are brought into the form that looks the same (NFKC) and into lower case, as registries want them. Which letters a registry has, only the
    /// registry knows: a name that nobody has is refused by whoever looks it up.
    static func ascii(_ name: String) -> String? {
        let dots: Set<Unicode.Scalar> = ["\u{3002}", "\u{FF0E}", "\u{FF61}"]
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { dots.contains($0) ? "." : $0 }))
        let labels = plain.precomposedStringWithCompatibilityMapping.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        var parts: [String] = []
        for label in labels {
            let part = label.utf8.allSatisfy { $0 < 0x80 } ? String(label) : "xn--" + Punycode.encode(label.unicodeScalars.map(\.value))
            guard (1...63).contains(part.utf8.count) else { return nil }
            parts.append(part)
        }
        let text = parts.joined(separator: ".")
        return text.utf8.count <= 253 ? text : nil
    }
}

/// Letters as digits and ASCII letters (RFC 3492).
enum Punycode {
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let base: UInt32 = 36
    private static let (lowest, highest): (UInt32, UInt32) = (1, 26)

    /// Section 6.3. A label has at most 253 letters, so that no sum here comes near 32 bits.
    static func encode(_ letters: [UInt32]) -> String {
        var output = letters.filter { $0 < 0x80 }.map { UInt8(truncatingIfNeeded: $0) }
        let basicCount = output.count
        var handled = UInt32(clamping: basicCount)
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }
        var (next, delta, bias): (UInt32, UInt32, UInt32) = (0x80, 0, 72)
        while let letter = letters.filter({ $0 >= next }).min() {
            delta &+= (letter - next) &* (handled + 1)
            next = letter
            for other in letters {
                if other < next { delta &+= 1 }
                guard other == next else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta &+= 1
            next += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ delta: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
        var (rest, step) = (delta, base)
        while true {
            let threshold = step <= bias ? lowest : min(highest, step - bias)
            if rest < threshold { break }
            output.append(digits[Int(threshold + (rest - threshold) % (base - threshold))])
            rest = (rest - threshold) / (base - threshold)
            step += base
        }
        output.append(digits[Int(rest)])
    }

    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var bias: UInt32 = 0
        while delta > (base - lowest) * highest / 2 {
            delta /= base - lowest
            bias += base
        }
        return bias + (base - lowest + 1) * delta / (delta + 38)
    }
}
