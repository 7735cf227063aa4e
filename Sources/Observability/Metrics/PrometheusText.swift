/// Builds Prometheus' text exposition, version 0.0.4.
///
/// See https://prometheus.io/docs/instrumenting/exposition_formats/.
struct PrometheusText: Sendable {
    private(set) var text = ""

    /// Appends all of a metric: help, type, and its series in the order of their labels.
    mutating func append(_ family: MetricFamily, name: String, help: String?) {
        text += "# HELP \(name) \(Self.escaped(help ?? Self.sentence(name), quote: false))\n"
        text += "# TYPE \(name) \(family.kind.rawValue)\n"
        for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            switch series {
            case .counter(let counter): sample(name, labels, counter.value)
            case .gauge(let gauge): sample(name, labels, gauge.value)
            case .histogram(let histogram): append(histogram, name: name, labels: labels)
            }
        }
    }

    private mutating func append(_ histogram: PrometheusHistogram, name: String, labels: [MetricLabel]) {
        let counts = histogram.counts
        var below: UInt64 = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], counts.buckets) {
            below += count
            sample(name + "_bucket", labels + [MetricLabel(name: "le", value: Self.number(bound))], Double(below))
        }
        sample(name + "_sum", labels, counts.sum)
        sample(name + "_count", labels, Double(counts.count))
    }

    private mutating func sample(_ name: String, _ labels: [MetricLabel], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text +=
                "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value, quote: true))\"" }.joined(separator: ",")
                + "}"
        }
        text += " \(Self.number(value))\n"
    }

    /// Numbers the way Prometheus reads them: whole ones without a fraction, `+Inf`, `-Inf`, `NaN`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { $0.description } ?? value.description
    }

    private static func escaped(_ value: String, quote: Bool) -> String {
        guard
            value.utf8.contains(where: {
                $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\"")
            })
        else {
            return value
        }
        var result = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where quote: result += #"\""#
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func sentence(_ name: String) -> String {
        let words = name.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst() + "."
    }
}

/// All series of one metric name.
struct MetricFamily: Sendable {
    let kind: MetricKind
    let isTime: Bool
    /// How many series the family may hold before new ones share one.
    let limit: Int
    private(set) var series: [[MetricLabel]: MetricSeries] = [:]

    init(kind: MetricKind, isTime: Bool, limit: Int) {
        self.kind = kind
        self.isTime = isTime
        self.limit = limit
    }

    /// The series of these labels, made when new. When the family is full, the one in which every label says `other`.
    mutating func series(_ labels: [MetricLabel]) -> (series: MetricSeries, isOverflow: Bool) {
        if let known = series[labels] { return (known, false) }
        let isOverflow = series.count >= limit
        let labels = isOverflow ? labels.map { MetricLabel(name: $0.name, value: "other") } : labels
        if let known = series[labels] { return (known, isOverflow) }
        let made = MetricSeries(kind, isTime: isTime)
        series[labels] = made
        return (made, isOverflow)
    }

    mutating func remove(where isMatch: (MetricSeries) -> Bool) {
        series = series.filter { !isMatch($0.value) }
    }
}

/// What Prometheus calls the type of a metric.
enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

/// One label of a metric: `route="/orders"`.
struct MetricLabel: Hashable, Comparable, Sendable {
    let name: String
    let value: String

    static func < (left: Self, right: Self) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}

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
