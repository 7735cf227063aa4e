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
