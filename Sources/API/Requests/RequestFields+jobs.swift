import JSON
import JobQueue

/// Readers for settings of queues.
extension RequestFields {
    mutating func boolean(_ field: String) -> Bool? {
        guard let value = value(field) else { return nil }
        if case .bool(let flag) = value { return flag }
        note(field, .wrongType, "Expected true or false, got \(value.kind).")
        return nil
    }

    /// Whether the field was sent as `null`.
    mutating func isNull(_ field: String) -> Bool { has(field) && value(field) == .null }

    /// `{"per_second": 2.5, "burst": 5}`; the burst may be left out.
    mutating func rateLimit(_ field: String) -> RateLimit? {
        object(field) { inner -> RateLimit? in
            let perSecond = inner.decimal("per_second", RateLimit.rateRange)
            let range = RateLimit.burstRange
            let burst =
                inner.has("burst") ? inner.integer("burst", Int64(range.lowerBound)...Int64(range.upperBound)) : nil
            return perSecond.map { RateLimit(perSecond: $0, burst: burst.map { Int($0) }) }
        }
    }

    /// A number, whole or not, within the range.
    mutating func decimal(_ field: String, _ range: ClosedRange<Double>) -> Double? {
        guard let value = value(field) else { return nil }
        let number: Double?
        switch value {
        case .integer(let whole): number = Double(whole)
        case .number(let text): number = Double(text)
        default:
            note(field, .wrongType, "Expected a number, got \(value.kind).")
            return nil
        }
        if let number, range.contains(number) { return number }
        note(field, .outOfRange, "Expected a number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }
}
