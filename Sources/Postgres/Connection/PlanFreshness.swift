/// How long a connection keeps its plans. A plan that is made once is made for the tables as they were then; the server
/// makes a new one only when autovacuum has analysed a table, a minute or more after it began to grow. So they are made
/// anew after a second, two, four, and at last every half minute.
struct PlanFreshness {
    private static let longest: Duration = .seconds(30)

    private var lifetime: Duration = .seconds(1)
    private var end: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) { end = now + lifetime }

    /// Whether the plans are to be dropped now; the next ones then live longer.
    mutating func isOver(at now: ContinuousClock.Instant) -> Bool {
        guard now >= end else { return false }
        lifetime = min(lifetime * 2, Self.longest)
        end = now + lifetime
        return true
    }
}
