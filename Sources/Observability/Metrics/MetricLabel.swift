/// One label of a metric: `route="/orders"`.
struct MetricLabel: Hashable, Comparable, Sendable {
    let name: String
    let value: String

    static func < (left: Self, right: Self) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}
