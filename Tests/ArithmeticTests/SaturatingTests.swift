import Arithmetic
import PropertySupport
import Testing

@Suite("A number from outside is never too large to reckon with")
struct SaturatingTests {
    private static let pairs = both(Gen<Int64>.int64(), Gen<Int64>.int64())

    private static func clamped(_ exact: Int128) -> Int64 { Int64(clamping: exact) }

    @Test("sums, differences and products are exact, or the nearest end of the range")
    func operators() {
        property("a + b", Self.pairs) { a, b in try demandEqual(a.saturatingAdd(b), Self.clamped(Int128(a) + Int128(b)))
        }
        property("a - b", Self.pairs) { a, b in
            try demandEqual(a.saturatingSubtract(b), Self.clamped(Int128(a) - Int128(b)))
        }
        property("a * b", Self.pairs) { a, b in
            try demandEqual(a.saturatingMultiply(by: b), Self.clamped(Int128(a) * Int128(b)))
        }
        #expect(UInt8(3).saturatingSubtract(5) == 0)
        #expect(UInt8(250).saturatingAdd(9) == 255)
    }

    @Test(
        "a value without a whole number of its own becomes the nearest",
        arguments: [
            (0.9, 0), (-0.9, 0), (-7.5, -7), (1e19, Int64.max), (-1e19, .min), (.infinity, .max), (-.infinity, .min),
            (.nan, 0),
            (9_223_372_036_854_775_808, .max), (-9_223_372_036_854_775_808, .min), (.leastNonzeroMagnitude, 0),
            (.greatestFiniteMagnitude, .max),
        ] as [(Double, Int64)])
    func values(value: Double, nearest: Int64) {
        #expect(Int64(saturating: value) == nearest)
        if value < 0 { #expect(UInt64(saturating: value) == 0) }
    }

    @Test("a length of time of any size has milliseconds")
    func durations() {
        #expect(Duration.milliseconds(1_500).wholeMilliseconds == 1_500)
        #expect(Duration.microseconds(1_500).wholeMilliseconds == 1)
        #expect(Duration.nanoseconds(1_500).wholeNanoseconds == 1_500)
        let longest = Duration.seconds(Int64.max) + .seconds(Int64.max)
        #expect(longest.wholeMilliseconds == .max)
        #expect(longest.wholeNanoseconds == .max)
        #expect((.zero - longest).wholeMilliseconds == .min)
        property("milliseconds of seconds", Gen<Int64>.int64()) { seconds in
            try demandEqual(Duration.seconds(seconds).wholeMilliseconds, Self.clamped(Int128(seconds) * 1000))
        }
    }
}
