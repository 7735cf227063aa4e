import Synchronization

/// What stands between this process and the server: nothing, or a pooler such as PgBouncer that lends a server
/// connection for one transaction at a time.
///
/// Behind a pooler nothing of a connection outlives a transaction: settings go in front of each one, statements are not
/// kept prepared, because their names would meet those of other clients, and locks belong to transactions. Without one,
/// settings are said once and statements are parsed once per connection.
public enum PostgresPooler: String, CaseIterable, Sendable {
    /// Found out with the first connection.
    case auto
    /// None: whatever a connection is told stays with it.
    case none
    /// One that lends server connections per transaction, or per session, for which the same will do.
    case transaction
}

/// What the connections of one configuration have found out, so that the next one need not be refused first.
final class PoolerKnowledge: Sendable {
    private let found = Atomic<Bool>(false)
    private let told = Atomic<Bool>(false)

    /// Whether a pooler was found.
    var isThere: Bool { found.load(ordering: .relaxed) }

    func learn() { found.store(true, ordering: .relaxed) }

    /// Whether operators are to be told now: once.
    func isFirstReport() -> Bool { isThere && !told.exchange(true, ordering: .relaxed) }
}

extension Session {
    /// Opens a connection to the first host that does, and finds out what stands in between.
    static func open(_ configuration: PostgresConfiguration) throws(PostgresError) -> (
        connection: LibpqConnection, isPooled: Bool
    ) {
        switch configuration.pooler {
        case .none: return (try connect(configuration, pooled: false), false)
        case .transaction: return (try connect(configuration, pooled: true), true)
        case .auto: break
        }
        if configuration.knowledge.isThere { return (try connect(configuration, pooled: true), true) }
        let connection: LibpqConnection
        do throws(PostgresError) {
            connection = try connect(configuration, pooled: false)
        } catch {
            guard error.refusesStartupParameter else { throw error }
            configuration.knowledge.learn()
            return (try connect(configuration, pooled: true), true)
        }
        let isPooled = try isPooled(connection, configuration)
        if isPooled { configuration.knowledge.learn() }
        return (connection, isPooled)
    }

    private static func connect(_ configuration: PostgresConfiguration, pooled: Bool) throws(PostgresError)
        -> LibpqConnection
    {
        let hosts = configuration.connectionSettings(pooled: pooled)
        // One host that swallows packets must not use up the time of the others.
        let timeout =
            hosts.count == 1
            ? configuration.connectTimeout : max(configuration.connectTimeout / hosts.count, .seconds(1))
        var failures: [PostgresError] = []
        for host in hosts {
            do throws(PostgresError) {
                return try LibpqConnection(settings: host, timeout: timeout)
            } catch {
                failures.append(error)
            }
        }
        throw PostgresError(connectFailures: failures)
    }

    /// A pooler that swallows what it does not know (`ignore_startup_parameters`) says so by nothing; but the process
    /// that it names is none of the server's, and the settings are not there.
    private static func isPooled(_ connection: LibpqConnection, _ configuration: PostgresConfiguration)
        throws(PostgresError) -> Bool
    {
        let outcomes = try connection.roundTrip([.once(configuration.probe, [])], silence: configuration.connectTimeout)
        switch outcomes.first {
        case .done(let result)?:
            let row = PostgresResult(table: result.table, affectedRows: 0).rows.first
            let process: Int = try row?["process"] ?? 0
            let isSet: Bool = try row?["is_set"] ?? false
            return process != Int(connection.processID) || !isSet
        case .failed(let error)?: throw error
        default:
            throw PostgresError(.connectFailed, "cannot connect to PostgreSQL: it does not answer a first question")
        }
    }
}

extension PostgresError {
    /// Of each host, in their order.
    fileprivate init(connectFailures failures: [PostgresError]) {
        guard failures.count > 1, let last = failures.last else {
            self = failures.first ?? PostgresError(.connectFailed, "cannot connect to PostgreSQL: there is no host")
            return
        }
        self = last
        let reasons = failures.enumerated().map { index, failure in
            "host \(index + 1): \(failure.message.replacing("cannot connect to PostgreSQL: ", with: ""))"
        }
        message =
            "cannot connect to PostgreSQL: none of \(failures.count) hosts will do: \(reasons.joined(separator: "; "))"
        isForGood = failures.allSatisfy { !$0.isTransient }
        sqlState = isForGood ? last.sqlState : nil
        refusesStartupParameter = failures.contains(where: \.refusesStartupParameter)
    }
}
