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
    public func current() async throws -> CurrentRates? { throw StorageError.notFound("implementation yet") }
    /// Takes a set over, unless its date goes back or a rate jumps. Completes the job in the same transaction.
    public func swapIn(_ set: RateSet, etag: String?, completion: JobCompletion? = nil) async throws -> RateSwap {
        throw StorageError.notFound("implementation yet")
    }
    /// Notes that the source was asked and has nothing newer.
    public func confirmCurrent(completion: JobCompletion? = nil) async throws { throw StorageError.notFound("implementation yet") }
    /// Takes over a set that was held. `false` when there is no such held set.
    public func approve(_ id: RateSet.ID) async throws -> Bool { throw StorageError.notFound("implementation yet") }
}
