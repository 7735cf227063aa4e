/// Arithmetic for numbers from outside: what does not fit becomes the nearest number that does. Swift's own operators
/// end the process instead, and a provider's header must not be able to do that.
///
/// Only for numbers whose size beyond a bound makes no difference, such as times and delays. Amounts of money are
/// checked and refused instead.
extension FixedWidthInteger {
    /// The sum, or the end of the range that it lies beyond.
    package func saturatingAdd(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        // A sum can only overflow in the direction in which it was going.
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the end of the range that it lies beyond.
    package func saturatingSubtract(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    /// The product, or the end of the range that it lies beyond.
    package func saturatingMultiply(by other: Self) -> Self {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) != (other < 0) ? .min : .max) : product
    }

    /// The whole number nearest to zero's side of a value, as `Self(value)` has it, or the end of the range that the
    /// value lies beyond; 0 for what is no number.
    package init(saturating value: Double) {
        if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value.isNaN ? 0 : value < 0 ? .min : .max
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, or the end of their range.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = bounded.components
        return seconds.saturatingMultiply(by: 1000).saturatingAdd(attoseconds / 1_000_000_000_000_000)
    }

    /// Whole nanoseconds, rounded down, or the end of their range.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = bounded.components
        return seconds.saturatingMultiply(by: 1_000_000_000).saturatingAdd(attoseconds / 1_000_000_000)
    }

    /// A time has room for more seconds than ``components`` can hold.
    private var bounded: Duration { min(max(self, .seconds(-Int64.max)), .seconds(Int64.max)) }
}
