public import Domain
public import JobQueue
public import Postgres

/// Sets of exchange rates: one is in use, taken over as a whole.
public struct RateStore: Sendable {
    /// A rate that moves by more than this many per cent holds its set for an operator.
    public static let maximumJumpPercent = 20

    let database: PostgresPool

    /// A store in this database.
    public init(database: PostgresPool) {
        self.database = database
    }

    /// The set in use with the source's tag for it, `nil` before the first.
    public func current() async throws -> CurrentRates? {
        try CurrentRates(try await database.query(CurrentRates.selection))
    }

    /// Takes a set over, unless its date goes back or a rate jumps. Completes the job in the same transaction.
    public func swapIn(_ set: RateSet, etag: String?, completion: JobCompletion? = nil) async throws -> RateSwap {
        try await database.transaction { transaction in
            // One swap at a time, also when there is no set yet whose row could be locked.
            let read = try transaction.pipeline(["SELECT pg_advisory_xact_lock(hashtextextended('rate_sets', 0))", CurrentRates.selection])
            let swap = Self.decide(set, over: try CurrentRates(read[1].rows)?.set)
            var statements: [SQL] = []
            switch swap {
            case .swapped: statements = [Self.supersession] + Self.insertion(of: set, etag, status: "current")
            case .unchanged: statements = ["UPDATE rate_sets SET checked_at = now(), etag = \(etag) WHERE status = 'current'"]
            case .held: statements = [Self.dropHeld(like: set)] + Self.insertion(of: set, etag, status: "held")
            case .refusedOlder: break
            }
            statements += completion.map { [$0.statement] } ?? []
            let results = try transaction.pipeline(statements)
            if let completion, let last = results.last { try completion.check(last) }
            return swap
        }
    }

    /// Notes that the source was asked and has nothing newer.
    public func confirmCurrent(completion: JobCompletion? = nil) async throws {
        try await database.transaction { transaction in
            let results = try transaction.pipeline(
                ["UPDATE rate_sets SET checked_at = now() WHERE status = 'current'"] + (completion.map { [$0.statement] } ?? []))
            if let completion { try completion.check(results[1]) }
        }
    }

    /// Takes over a set that was held, on an operator's word. `false` when there is no such held set.
    public func approve(_ id: RateSet.ID) async throws -> Bool {
        try await database.transaction { transaction in
            let read = try transaction.pipeline([
                "SELECT pg_advisory_xact_lock(hashtextextended('rate_sets', 0))",
                "SELECT id FROM rate_sets WHERE id = \(id) AND status = 'held' FOR UPDATE",
            ])
            if read[1].rows.isEmpty { return false }
            _ = try transaction.pipeline([
                Self.supersession, "UPDATE rate_sets SET status = 'current', checked_at = now() WHERE id = \(id)",
            ])
            return true
        }
    }

    /// What a new set means beside the one in use: a pure function of the two.
    static func decide(_ set: RateSet, over current: RateSet?) -> RateSwap {
        guard let current else { return .swapped }
        if set.date < current.date { return .refusedOlder(current: current.date) }
        if set.date == current.date, set.base == current.base, set.source == current.source, set.rates == current.rates {
            return .unchanged
        }
        let jumps = set.jumps(from: current, moreThanPercent: maximumJumpPercent)
        return jumps.isEmpty ? .swapped : .held(jumps)
    }
}
