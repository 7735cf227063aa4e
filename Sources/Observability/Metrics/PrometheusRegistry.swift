public import Metrics
import Synchronization

/// The process's metrics: takes them from swift-metrics, gives them as Prometheus text.
///
///     let registry = PrometheusRegistry()
///     MetricsSystem.bootstrap(registry)
///     Counter(label: "orders_placed", dimensions: [("currency", "EUR")]).increment()
///
/// Counters get the suffix `_total`, timers are histograms in seconds with the suffix `_seconds`, other characters than
/// letters, digits and underscores become underscores. A metric holds at most `seriesPerMetric` label sets: what comes
/// after is counted in one series whose labels say `other`, and `metric_label_overflows_total` says of which metric,
/// so that a careless label cannot fill the memory.
public final class PrometheusRegistry: Sendable {
    private struct Key: Hashable {
        let kind: MetricKind
        let isTime: Bool
        let label: String
        let dimensions: [MetricLabel]
    }

    private struct State {
        /// By label as given: what a lookup costs when the metric is known.
        var known: [Key: MetricSeries] = [:]
        var families: [String: MetricFamily] = [:]
        var help: [String: String] = [:]
        var collectors: [@Sendable () async -> Void] = []
    }

    private let state = Mutex(State())
    private let seriesPerMetric: Int

    /// - Parameter seriesPerMetric: how many label sets one metric may have.
    public init(seriesPerMetric: Int = 1000) {
        self.seriesPerMetric = seriesPerMetric
    }

    /// Sets the help line of a metric, under the name it is shown with. Without one its name serves.
    public func describe(_ name: String, _ help: String) {
        state.withLock { $0.help[name] = help }
    }

    /// Adds work to be done before each exposition, for gauges that are read rather than pushed. It should take
    /// milliseconds.
    public func onScrape(_ collect: @escaping @Sendable () async -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// All metrics in Prometheus' text format 0.0.4, sorted, after the collectors have run.
    public func exposition() async -> String {
        for collect in state.withLock({ $0.collectors }) { await collect() }
        let (families, help) = state.withLock { ($0.families, $0.help) }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.append(family, name: name, help: help[name])
        }
        return text.text
    }

    /// The counter of this name and labels; `nil` when another kind of metric has the name.
    func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter? {
        guard case .counter(let counter) = series(.counter, label, dimensions) else { return nil }
        return counter
    }

    /// The gauge of this name and labels; `nil` when another kind of metric has the name.
    func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge? {
        guard case .gauge(let gauge) = series(.gauge, label, dimensions) else { return nil }
        return gauge
    }

    /// The histogram of this name and labels; `nil` when another kind of metric has the name.
    func histogram(_ label: String, _ dimensions: [(String, String)], isTime: Bool) -> PrometheusHistogram? {
        guard case .histogram(let histogram) = series(.histogram, label, dimensions, isTime: isTime) else { return nil }
        return histogram
    }

    /// The series of a metric, or `nil` when another kind of metric has its name: one name cannot be shown as two
    /// types.
    private func series(_ kind: MetricKind, _ label: String, _ dimensions: [(String, String)], isTime: Bool = false)
        -> MetricSeries?
    {
        let given = dimensions.map { MetricLabel(name: $0.0, value: $0.1) }
        let key = Key(kind: kind, isTime: isTime, label: label, dimensions: given)
        return state.withLock { state in
            if let known = state.known[key] { return known }
            let name = MetricName.shown(label, kind: kind, isTime: isTime)
            var family = state.families[name] ?? MetricFamily(kind: kind, isTime: isTime, limit: seriesPerMetric)
            guard family.kind == kind, family.isTime == isTime else { return nil }
            let labels = given.map { MetricLabel(name: MetricName.word($0.name), value: $0.value) }.sorted()
            let (series, isOverflow) = family.series(labels)
            state.families[name] = family
            if isOverflow {
                Self.countOverflow(of: name, in: &state.families)
            } else {
                state.known[key] = series
            }
            return series
        }
    }

    private static func countOverflow(of name: String, in families: inout [String: MetricFamily]) {
        let overflows = "metric_label_overflows_total"
        var family = families[overflows] ?? MetricFamily(kind: .counter, isTime: false, limit: .max)
        if case .counter(let counter) = family.series([MetricLabel(name: "metric", value: name)]).series {
            counter.increment(by: 1 as Int64)
        }
        families[overflows] = family
    }

    /// Shows this metric no more.
    func forget(_ handler: AnyObject) {
        func isSame(_ series: MetricSeries) -> Bool {
            switch series {
            case .counter(let counter): counter === handler
            case .gauge(let gauge): gauge === handler
            case .histogram(let histogram): histogram === handler
            }
        }
        state.withLock { state in
            state.known = state.known.filter { !isSame($0.value) }
            for name in Array(state.families.keys) {
                state.families[name]?.remove(where: isSame)
                if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
            }
        }
    }
}

/// What swift-metrics asks for. A metric whose name another kind has already gets a handler that does nothing.
extension PrometheusRegistry: MetricsFactory {
    /// The counter of this name and labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// The counter of this name and labels.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// The gauge of this name and labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A histogram when it aggregates, else a gauge.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions, isTime: false) ?? NOOPMetricsHandler.instance }
        return gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, isTime: true) ?? NOOPMetricsHandler.instance
    }

    /// Shows it no more.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }

    /// Shows it no more.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }

    /// Shows it no more.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }

    /// Shows it no more.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }

    /// Shows it no more.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}
