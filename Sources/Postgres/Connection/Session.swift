/// A connection with its prepared statements; what transactions and the pool work with. Lives on the connection's
/// thread.
final class Session {
    private let connection: LibpqConnection
    private var cache: StatementCache
    private let silence: Duration?
    private var freshness = PlanFreshness(at: .now)
    private let configuration: PostgresConfiguration
    /// Behind a pooler: what goes in front of each transaction.
    private let localSettings: String?

    /// - Throws: ``PostgresError/Code/connectFailed``.
    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let opened = try Self.open(configuration)
        self.configuration = configuration
        connection = opened.connection
        localSettings = opened.isPooled ? configuration.localSettings : nil
        cache = StatementCache(limit: configuration.preparedStatementLimit)
        // The server ends a statement by itself after `statement_timeout`; past that with some grace it is not there
        // any more.
        silence =
            configuration.statementTimeout == .zero ? nil : configuration.statementTimeout + configuration.silenceGrace
    }

    var isAlive: Bool { connection.isAlive }
    /// No transaction is open.
    var isIdle: Bool { connection.isIdle }
    var processID: Int32 { connection.processID }
    /// A pooler stands between us and the server, so nothing outlives a transaction.
    var isPooled: Bool { localSettings != nil }

    /// Another connection of the same kind, on this thread.
    func another() throws(PostgresError) -> Session { try Session(configuration) }

    /// See ``LibpqConnection/isStillConnected()``.
    func isStillConnected() -> Bool { connection.isStillConnected() }

    /// Runs statements in one round trip. Outside a transaction they are one by themselves: all or nothing.
    ///
    /// - Parameter begin: sends `BEGIN` in front.
    /// - Throws: the first error, with the index of its statement; what follows it was not run.
    func run(_ statements: [SQL], begin: Bool = false) throws(PostgresError) -> [PostgresResult] {
        let trip = plan(statements, begin: begin)
        let outcomes: [WireOutcome]
        do {
            outcomes = try connection.roundTrip(trip.commands, silence: silence)
        } catch {
            // Nothing was sent (an unsendable parameter), or the connection and its statements are gone.
            cache.settle(prepared: [])
            throw error
        }
        return try collect(outcomes, of: trip, statements)
    }

    /// Like ``run(_:begin:)`` outside a transaction, where the server commits at the end.
    ///
    /// A statement whose plan the server no longer takes is prepared anew and all is run again, once: nothing of it
    /// took effect.
    /// - Throws: as above; a lost connection leaves the outcome unknown.
    func autocommit(_ statements: [SQL]) throws(PostgresError) -> [PostgresResult] {
        do {
            return try runPreparingAnew(statements)
        } catch {
            throw error.code == .connectionLost ? error.withUnknownOutcome() : error
        }
    }

    private func runPreparingAnew(_ statements: [SQL]) throws(PostgresError) -> [PostgresResult] {
        do {
            return try run(statements)
        } catch {
            guard error.isStalePlan else { throw error }
            return try run(statements)
        }
    }

    /// Ends a transaction that is not to be committed. A connection that cannot even do that is of no further use.
    func rollBack() {
        guard isAlive else { return }
        do {
            _ = try connection.roundTrip([.once("ROLLBACK", [])], silence: silence)
        } catch {
            // `isAlive` says it; the caller has an error of its own to report.
        }
    }

    /// Runs a text of several statements, which have no parameters and return no rows.
    func script(_ text: String) throws(PostgresError) {
        try connection.script(text)
    }

    /// Makes the connection as new after a caller changed its settings, took session locks or prepared statements of
    /// their own. Behind a pooler it is the pooler that does, and what we would reset might be another's.
    func reset() {
        guard isAlive, !isPooled else { return }
        cache.reset()
        do {
            let outcomes = try connection.roundTrip([.once("DISCARD ALL", [])], silence: silence)
            if case .done? = outcomes.first { return }
            connection.abandon()
        } catch {
            // `isAlive` says it.
        }
    }

    /// A round trip's commands, and which statement each belongs to.
    private struct Trip {
        var commands: [WireCommand] = []
        var owners: [Int?] = []
        var dropped: [String] = []

        mutating func add(_ command: WireCommand, for owner: Int? = nil) {
            commands.append(command)
            owners.append(owner)
        }
    }

    /// Behind a pooler each transaction says its settings, and no statement has a name.
    private func pooledTrip(_ statements: [SQL], begin: Bool, settings: String) -> Trip {
        var trip = Trip()
        let isFirst = begin || isIdle
        if begin { trip.add(.once("BEGIN", [])) }
        // What sets the settings takes a snapshot, and then it is too late for `SET TRANSACTION`.
        let settingsAt = begin && statements.first?.text.hasPrefix("SET TRANSACTION") == true ? 1 : 0
        for (index, statement) in statements.enumerated() {
            if isFirst && index == settingsAt { trip.add(.once(settings, [])) }
            trip.add(.once(statement.text, statement.parameters), for: index)
        }
        if isFirst && settingsAt == statements.count { trip.add(.once(settings, [])) }
        return trip
    }

    private func plan(_ statements: [SQL], begin: Bool) -> Trip {
        if let localSettings { return pooledTrip(statements, begin: begin, settings: localSettings) }
        var trip = Trip()
        cache.beginTrip()
        let plansAreOld = freshness.isOver(at: .now)
        if begin {
            // Whatever goes in front of a transaction's first statement takes a snapshot, and then it is too late for
            // `SET TRANSACTION`.
            add(Self.begin, to: &trip, for: nil)
        } else {
            // In front, where nothing that fails can keep them from running.
            trip.dropped = cache.doomed
            for name in trip.dropped { trip.add(.once("DEALLOCATE \(name)", [])) }
            if plansAreOld { trip.add(.once("DISCARD PLANS", [])) }
        }
        for (index, statement) in statements.enumerated() { add(statement, to: &trip, for: index) }
        if begin && plansAreOld { trip.add(.once("DISCARD PLANS", [])) }
        return trip
    }

    private static let begin: SQL = "BEGIN"

    private func add(_ statement: SQL, to trip: inout Trip, for owner: Int?) {
        let plan = cache.plan(statement.text)
        if plan.mustPrepare { trip.add(.prepare(name: plan.name, text: statement.text), for: owner) }
        trip.add(.execute(name: plan.name, parameters: statement.parameters), for: owner)
    }

    private func collect(_ outcomes: [WireOutcome], of trip: Trip, _ statements: [SQL]) throws(PostgresError)
        -> [PostgresResult]
    {
        var results: [PostgresResult] = []
        results.reserveCapacity(statements.count)
        var prepared: Set<String> = []
        var failure: PostgresError?
        for (position, outcome) in outcomes.enumerated() {
            // Past the last command it is the commit that failed.
            let owner = position < trip.owners.count ? trip.owners[position] : nil
            switch outcome {
            case .skipped: break
            case .failed(let error): failure = failure ?? error.at(owner)
            case .done(let result):
                guard position < trip.commands.count else { break }
                switch trip.commands[position] {
                case .prepare(let name, _): prepared.insert(name)
                case .execute where owner != nil, .once where owner != nil:
                    results.append(PostgresResult(table: result.table, affectedRows: result.affectedRows))
                case .execute, .once: break
                }
            }
        }
        cache.settle(prepared: prepared)
        // They stood in front: gone now, or gone before.
        cache.deallocated(trip.dropped)
        guard var failure else { return results }
        if failure.sqlState == .readOnlyTransaction {
            // A former primary, perhaps: the next connection goes to whichever host writes now.
            connection.abandon()
        } else if failure.sqlState == .duplicatePreparedStatement {
            failure.message +=
                "; another client has a statement of this name, as behind a connection pooler: "
                + "set DATABASE_POOLER=transaction"
        }
        if failure.sqlState == .invalidStatementName {
            // Another client deallocated behind our back, so nothing the cache believes is certain. Names are never
            // used twice.
            cache.reset()
        } else if failure.isStalePlan, let index = failure.statementIndex {
            cache.forget(statements[index].text)
        }
        throw failure
    }
}
