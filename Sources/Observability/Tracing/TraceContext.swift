package import Tracing

/// Where a piece of work stands in a trace: W3C Trace Context (https://www.w3.org/TR/trace-context/).
package struct TraceContext: Sendable, Hashable {
    /// 16 bytes, the same for everything that one request gives rise to.
    package struct TraceID: Sendable, Hashable {
        package let high: UInt64
        package let low: UInt64
    }

    package let traceID: TraceID
    /// The span that children name as their parent.
    package let spanID: UInt64
    /// Whether the spans of this trace are recorded.
    package let isSampled: Bool
    /// What other tracers have added, handed on as it came: `tracestate`.
    package let state: String?

    package init(traceID: TraceID, spanID: UInt64, isSampled: Bool, state: String? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }
}

extension TraceContext {
    private static let maximumStateBytes = 512

    /// Reads `00-<32 hex>-<16 hex>-<2 hex>`. Nil for anything else: a broken trace is begun anew, never refused.
    ///
    /// - Parameter state: the value of `tracestate`; one that is too long or not printable is left out.
    package init?(traceparent text: String, state: String? = nil) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], let version = Hex.value(of: parts[0]), version != 0xFF,
            let high = Hex.value(of: parts[1].prefix(16)), let low = Hex.value(of: parts[1].suffix(16)),
            let span = Hex.value(of: parts[2]), let flags = Hex.value(of: parts[3]), high | low != 0, span != 0
        else { return nil }
        self.init(
            traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1,
            state: state.flatMap { Self.isSane($0) ? $0 : nil })
    }

    /// As a header has it.
    package var traceparent: String { "00-\(traceID)-\(Hex.text(spanID))-\(isSampled ? "01" : "00")" }

    private static func isSane(_ state: String) -> Bool {
        (1...maximumStateBytes).contains(state.utf8.count) && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

extension TraceContext.TraceID: CustomStringConvertible {
    /// 32 hexadecimal digits.
    package var description: String { Hex.text(high) + Hex.text(low) }

    /// A new one. Never all zeros, which is no id.
    package static func random() -> Self { Self(high: .random(in: 0 ... .max), low: .random(in: 1 ... .max)) }
}

/// Hexadecimal digits in small letters, the only ones that W3C Trace Context takes.
enum Hex {
    /// The number; nil when a digit is none. At most 16 digits.
    static func value(of digits: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    /// 16 digits.
    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension InstrumentationContext {
    private enum TraceKey: InstrumentationContextKey {
        typealias Value = TraceContext
    }

    /// The trace that work in this context belongs to.
    package var trace: TraceContext? {
        get { self[TraceKey.self] }
        set { self[TraceKey.self] = newValue }
    }
}
