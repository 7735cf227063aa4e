/// One set of labels of a metric, with its value.
enum MetricSeries: Sendable {
    case counter(PrometheusCounter)
    case gauge(PrometheusGauge)
    case histogram(PrometheusHistogram)

    init(_ kind: MetricKind, isTime: Bool) {
        switch kind {
        case .counter: self = .counter(PrometheusCounter())
        case .gauge: self = .gauge(PrometheusGauge())
        case .histogram:
            self = .histogram(
                PrometheusHistogram(bounds: isTime ? PrometheusHistogram.timeBounds : PrometheusHistogram.countBounds))
        }
    }
}
