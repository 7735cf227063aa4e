/// Makes values of one type from choices.
package struct Gen<Value>: Sendable {
    /// Makes a value.
    package let make: @Sendable (inout Choices) -> Value

    package init(_ make: @escaping @Sendable (inout Choices) -> Value) {
        self.make = make
    }

    /// Values made from these.
    package func map<Other>(_ change: @escaping @Sendable (Value) -> Other) -> Gen<Other> {
        Gen<Other> { change(make(&$0)) }
    }

    /// Lists of these. Each element but those that must be there is preceded by the choice to go on, so that cutting
    /// out a stretch of choices cuts out elements.
    package func list(_ count: ClosedRange<Int>) -> Gen<[Value]> {
        Gen<[Value]> { choices in
            var values = (0..<count.lowerBound).map { _ in make(&choices) }
            // Half of the lists have half of the elements or more.
            let goOn = UInt64(max(1, count.count))
            while values.count < count.upperBound, choices.next(upTo: goOn) > 0 { values.append(make(&choices)) }
            return values
        }
    }
}

extension Gen where Value: Sendable {
    /// One of these, the first the simplest.
    package static func one(of values: [Value]) -> Gen {
        Gen { values[Int($0.next(upTo: UInt64(values.count - 1)))] }
    }
}

extension Gen<Int> {
    /// A whole number, each as likely as the others; the first the simplest.
    package static func int(_ range: ClosedRange<Int>) -> Gen {
        Gen { range.lowerBound + Int($0.next(upTo: UInt64(range.upperBound - range.lowerBound))) }
    }
}

extension Gen<Int64> {
    /// A whole number of any size, small ones as likely as large ones, and the ends of the range now and then; the
    /// nearest to zero the simplest.
    package static func int64(_ range: ClosedRange<Int64> = .min ... .max) -> Gen {
        let width = UInt64(64 - Swift.max(range.lowerBound.magnitude, range.upperBound.magnitude).leadingZeroBitCount)
        return Gen { choices in
            // How many bits, or beyond them an end of the range. The number below is drawn in any case: fewer bits then
            // cut it down and do not make it zero, so that an end of the range leads to smaller numbers as well.
            let bits = choices.next(upTo: width + 2)
            let size = choices.next(upTo: bits >= 64 ? .max : (1 << Swift.min(bits, width)) - 1)
            let isNegative = choices.next(upTo: range.lowerBound < 0 ? 1 : 0) == 1
            if bits > width { return bits == width + 1 ? range.upperBound : range.lowerBound }
            let value = Int64(clamping: size)
            return Swift.min(Swift.max(isNegative ? -value : value, range.lowerBound), range.upperBound)
        }
    }
}

/// Pairs of values.
package func both<A, B>(_ a: Gen<A>, _ b: Gen<B>) -> Gen<(A, B)> {
    Gen { (a.make(&$0), b.make(&$0)) }
}

/// Triples of values.
package func all<A, B, C>(_ a: Gen<A>, _ b: Gen<B>, _ c: Gen<C>) -> Gen<(A, B, C)> {
    Gen { (a.make(&$0), b.make(&$0), c.make(&$0)) }
}

/// Random numbers that come out the same each time (SplitMix64 by Steele, Lea and Flood), so that a generated case that
/// fails can be run again.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
