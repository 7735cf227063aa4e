/// What parsers meet when nobody means well: numbers at the ends of their ranges, and valid documents with something
/// wrong in them.
extension Gen<String> {
    /// A number as text: any of 64 bits, or one from the list of those that have ended processes.
    package static let number = Gen { choices in
        let index = Int(choices.next(upTo: UInt64(hostileNumbers.count + 1)))
        if index < hostileNumbers.count { return hostileNumbers[index] }
        return String(Gen<Int64>.int64().make(&choices))
    }

    /// One of the samples, with nothing to a few changes: a number put in place of another, a stretch cut out, doubled
    /// or taken from another sample, bytes that mean something to parsers put in.
    package static func text(near samples: [String]) -> Gen {
        Gen<[UInt8]>.bytes(near: samples).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Gen<[UInt8]> {
    /// As ``Gen/text(near:)``, but not always well-formed UTF-8.
    package static func bytes(near samples: [String]) -> Gen {
        let samples = samples.map { Array($0.utf8) }
        return Gen { choices in
            var bytes = samples[Int(choices.next(upTo: UInt64(samples.count - 1)))]
            for _ in 0..<choices.next(upTo: 4) { change(&bytes, samples, &choices) }
            return bytes
        }
    }

    private static func change(_ bytes: inout [UInt8], _ samples: [[UInt8]], _ choices: inout Choices) {
        func place(_ count: Int) -> Int { Int(choices.next(upTo: UInt64(count))) }
        let start = place(bytes.count)
        let stretch = start..<Swift.min(bytes.count, start + place(12))
        switch choices.next(upTo: 6) {
        case 0, 1, 2:
            // Every number of the document is as likely as the others to be put out of its range.
            let numbers = stretchesOfDigits(in: bytes)
            if numbers.isEmpty { return }
            bytes.replaceSubrange(numbers[place(numbers.count - 1)], with: Gen<String>.number.make(&choices).utf8)
        case 3: bytes.removeSubrange(stretch)
        case 4: bytes.insert(contentsOf: Array(bytes[stretch]), at: start)
        case 5: bytes.insert(contentsOf: hostileWords[place(hostileWords.count - 1)].utf8, at: start)
        default:
            let other = samples[place(samples.count - 1)]
            let from = place(other.count)
            bytes.replaceSubrange(stretch, with: other[from..<Swift.min(other.count, from + place(24))])
        }
    }

    private static func stretchesOfDigits(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start: Int?
        for (index, byte) in (bytes + [0]).enumerated() {
            switch (start, (0x30...0x39).contains(byte)) {
            case (nil, true): start = index
            case (.some(let first), false):
                found.append(first..<index)
                start = nil
            default: break
            }
        }
        return found
    }
}

private let hostileNumbers = [
    "0", "-1", "1", "-0", "00", "+1", "0.5", "1e3", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "9999999999999999999", "170141183460469231731687303715884105728",
    "2147483647",
    "2147483648",
    "-2147483648", "4294967295", "65535", "65536", "253402300799", "253402300800", "9007199254740993", "1e19",
    "9.99e40", "1e308", "1e309",
    "-1e309",
    "1e-400", "1e999999999999", "1E+127", "1e-127", "1e128", "0.0000000000000000000000000000000000000001",
    "999999999999999999",
    "0.999999999999999999999999", "NaN", "inf", "-inf", "nan", "Infinity", "0x7fffffffffffffff", "1_000", "٣", "",
]

private let hostileWords = [
    "\0", "\u{7F}", "\n", "\r\n", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "{", "}", "[", "]", ":", ",", "null",
    "true", "-", "+", "%",
    "%00", "%zz",
    "=", "&", "?", "#", "@", "/", "//", "..", "<", ">", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "é", "e\u{301}",
    "\u{FEFF}", "\u{202E}",
    "😀", " ", "\t",
    String(repeating: "[", count: 600), String(repeating: "9", count: 400), String(repeating: "a", count: 300),
]
