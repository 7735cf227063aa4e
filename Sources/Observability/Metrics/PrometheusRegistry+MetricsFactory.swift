public import Metrics

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
