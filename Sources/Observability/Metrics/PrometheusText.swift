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
