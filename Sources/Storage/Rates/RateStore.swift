package import Domain
package import JobQueue
package import Postgres

/// Sets of exchange rates: one is in use, taken over as a whole.
///
/// Its functions throw `PostgresError` when the database cannot be reached or refuses.
package struct RateStore: Sendable {
    /// A rate that moves by more than this many per cent holds its set for an operator.
    package static let maximumJumpPercent = 20

    let database: PostgresPool

    package init(database: PostgresPool) {
        self.database = database
    }

    /// The set in use, `nil` before the first.
    package func current() async throws -> RateSetRecord? {
        try await database.run(RateSetRecord.current)
    }

    /// Takes a set over, unless its date is earlier or a rate jumps. Completes the job in the same transaction.
    package func swapIn(_ set: RateSet, _ validators: RateValidators = .unknown, completion: JobCompletion? = nil)
        async throws -> RateSwapResult
    {
        try await database.transaction { transaction in
            let (_, current, asked) = try transaction.pipeline(
                Self.lock, RateSetRecord.current, RateSetRecord.undecided(like: set))
            let (swap, changes) = Self.change(to: set, validators, over: current?.set, asked: asked)
            try transaction.pipeline(changes, completion)
            return swap
        }
    }

    /// Notes that the source was asked and has nothing newer.
    package func confirmCurrent(completion: JobCompletion? = nil) async throws {
        try await database.transaction { transaction in
            let checked: SQL = "UPDATE rate_sets SET checked_at = now() WHERE status = 'current'"
            try transaction.pipeline(checked, completion)
        }
    }

    /// What becomes of a set, and the statements that make it so.
    private static func change(
        to set: RateSet, _ validators: RateValidators, over current: RateSet?, asked: [RateSetRecord]
    ) -> (RateSwapResult, [SQL]) {
        let swap = decide(set, over: current)
        switch swap {
        case .swapped:
            return (swap, [supersession(by: set.date)] + insertion(of: set, validators, status: .current))
        case .unchanged:
            let statement: SQL = """
                UPDATE rate_sets SET checked_at = now(), etag = \(validators.etag),
                    last_modified = \(validators.lastModified)
                 WHERE status = 'current'
                """
            return (swap, [statement])
        case .held:
            // An operator looks at one set, however often the source repeats it, and is asked about the same rates
            // once.
            guard let same = asked.first(where: { $0.set.base == set.base && $0.set.rates == set.rates }) else {
                return (swap, [dropHeld(like: set)] + insertion(of: set, validators, status: .held))
            }
            return (same.status == .rejected ? .rejectedBefore : swap, [confirmation(of: same.set.id)])
        case .refusedOlder, .rejectedBefore:
            return (swap, [])
        }
    }

    /// What a new set means beside the one in use: a pure function of the two.
    static func decide(_ set: RateSet, over current: RateSet?) -> RateSwapResult {
        guard let current else { return .swapped }
        if set.date < current.date { return .refusedOlder(current: current.date) }
        if set.date == current.date, set.base == current.base, set.source == current.source, set.rates == current.rates
        {
            return .unchanged
        }
        let jumps = set.jumps(from: current, moreThanPercent: maximumJumpPercent)
        return jumps.isEmpty ? .swapped : .held(jumps)
    }
}

/// What became of a new set of rates.
package enum RateSwapResult: Hashable, Sendable {
    /// It is in use.
    case swapped
    /// The set in use has the same date and the same rates.
    case unchanged
    /// It is older than the set in use and was dropped.
    case refusedOlder(current: CalendarDay)
    /// These currencies moved too far; the set waits for an operator.
    case held([Currency])
    /// It moved too far, and an operator has turned these very rates down.
    case rejectedBefore
}
