/// Turns swift-metrics' labels into names that Prometheus and its naming rules accept.
///
/// See https://prometheus.io/docs/practices/naming/: letters, digits and underscores, seconds as the unit of time,
/// `_total` at the end of counters.
enum MetricName {
    /// The name a metric is shown under.
    static func shown(_ label: String, kind: MetricKind, isTime: Bool) -> String {
        var name = word(label)
        if isTime, !name.hasSuffix("_seconds") { name += "_seconds" }
        if kind == .counter, !name.hasSuffix("_total") { name += "_total" }
        return name
    }

    /// A name of letters, digits and underscores that does not begin with a digit.
    static func word(_ text: String) -> String {
        var bytes = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ $0 <= UInt8(ascii: "9") }) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
