/// Decides which node of a cluster is asked for the slot map, and when none has to be. Does no I/O and holds no clock.
struct MapSearch {
    /// Nodes still to be asked, in this order.
    private var candidates: [Endpoint] = []
    private(set) var isUnderWay = false
    private var endedAt: ContinuousClock.Instant?
    private var turn = 0

    /// A map younger than this is not asked for again, however many callers are in doubt.
    private static let freshness = Duration.milliseconds(20)

    /// The map is in doubt.
    /// - Parameters:
    ///   - nodes: all that may know it, the likeliest group first. Within a group each search begins with another node,
    ///     so that one node with an outdated view does not lead us astray for long.
    ///   - suspect: the node that gave reason for the doubt, which is asked last.
    /// - Returns: whom to ask; nil when somebody is being asked, or has just answered, or there is nobody.
    mutating func begin(_ nodes: [[Endpoint]], suspect: Endpoint?, at now: ContinuousClock.Instant) -> Endpoint? {
        guard !isUnderWay, endedAt.map({ now - $0 >= Self.freshness }) ?? true else { return nil }
        var order: [Endpoint] = []
        for group in nodes where !group.isEmpty {
            let start = turn % group.count
            for node in group[start...] + group[..<start] where !order.contains(node) { order.append(node) }
        }
        turn += 1
        if let suspect, let index = order.firstIndex(of: suspect) { order.append(order.remove(at: index)) }
        candidates = order
        isUnderWay = !order.isEmpty
        return next(at: now)
    }

    /// The node gave no map. Returns whom to ask instead; nil at the end of the search.
    mutating func next(at now: ContinuousClock.Instant) -> Endpoint? {
        guard isUnderWay else { return nil }
        guard !candidates.isEmpty else {
            end(at: now)
            return nil
        }
        return candidates.removeFirst()
    }

    /// A map was found.
    mutating func end(at now: ContinuousClock.Instant) {
        isUnderWay = false
        endedAt = now
        candidates = []
    }
}
