/// Which statements a connection has prepared, under which names. Decides; sends nothing.
///
/// A statement counts as prepared only once the server has said so: `plan` hands out names, `settle` says what became
/// of them.
struct StatementCache {
    struct Plan: Equatable {
        let name: String
        /// The statement must be prepared under this name first, in the same pipeline.
        let mustPrepare: Bool
    }

    private struct Entry {
        let name: String
        var isConfirmed: Bool
        var lastTrip: Int
    }

    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var unconfirmed: [String] = []
    /// Names that the server may still know and the cache no longer uses.
    private(set) var doomed: [String] = []
    private var nextName = 1
    private var trip = 0

    /// - Parameter limit: statements kept; the one unused for longest goes first.
    init(limit: Int) { self.limit = limit }

    /// How many statements are kept.
    var count: Int { entries.count }

    /// A new round trip begins: statements planned in it are not evicted by one another.
    mutating func beginTrip() { trip += 1 }

    /// The name to run a statement under.
    mutating func plan(_ text: String) -> Plan {
        // In place, so that a hit costs one look-up.
        if let name = entries[text]?.name {
            entries[text]?.lastTrip = trip
            return Plan(name: name, mustPrepare: false)
        }
        if entries.count >= limit { evict() }
        let name = "s\(nextName)"
        nextName += 1
        entries[text] = Entry(name: name, isConfirmed: false, lastTrip: trip)
        unconfirmed.append(text)
        return Plan(name: name, mustPrepare: true)
    }

    /// The round trip is over: keeps what the server prepared, forgets the rest.
    mutating func settle(prepared: Set<String>) {
        for text in unconfirmed {
            guard let entry = entries[text] else { continue }
            if prepared.contains(entry.name) {
                entries[text]?.isConfirmed = true
            } else {
                entries[text] = nil
            }
        }
        unconfirmed.removeAll(keepingCapacity: true)
    }

    /// The server no longer takes this statement under its name.
    mutating func forget(_ text: String) {
        if let entry = entries.removeValue(forKey: text) { doomed.append(entry.name) }
    }

    /// The server has dropped these names.
    mutating func deallocated(_ names: [String]) {
        doomed.removeAll { names.contains($0) }
    }

    /// The server has dropped everything (`DISCARD ALL`).
    mutating func reset() {
        entries = [:]
        unconfirmed = []
        doomed = []
    }

    private mutating func evict() {
        let candidates = entries.filter { $0.value.isConfirmed && $0.value.lastTrip < trip }
        if let oldest = candidates.min(by: { $0.value.lastTrip < $1.value.lastTrip }) { forget(oldest.key) }
    }
}

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
