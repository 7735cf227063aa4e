/// Where the database is and how its connections are used.
///
/// A password in the URL stays in here: no description, error or log shows it.
public struct PostgresConfiguration: Sendable {
    /// Most connections open at a time.
    public var poolSize = 20
    /// For opening one connection.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a caller waits for a connection.
    public var acquireTimeout: Duration = .seconds(5)
    /// The server ends a statement that takes longer. Zero: never.
    public var statementTimeout: Duration = .seconds(30)
    /// The server ends a connection that leaves a transaction open and idle for longer. Zero: never.
    public var idleInTransactionTimeout: Duration = .seconds(30)
    /// The server refuses a statement that waits longer for a lock. Zero: never.
    public var lockTimeout: Duration = .seconds(10)
    /// Shown in `pg_stat_activity`; one in the URL takes precedence.
    public var applicationName = "cartwright"
    /// Schemas in which unqualified names are looked up, comma separated; nil leaves it to the database.
    public var searchPath: String?
    /// How prepared statements are planned; one in the URL's `options` takes precedence.
    public var planCacheMode = PlanCacheMode.generic
    /// Statements kept prepared per connection.
    public var preparedStatementLimit = 256
    /// How often a transaction that lost against another one is run before its error is reported.
    public var transactionAttempts = 8

    /// How much longer than ``statementTimeout`` a server may say nothing before the connection is taken for dead. Only tests change it.
    var silenceGrace: Duration = .seconds(10)

    private var settings: [String: String]

    /// - Parameter url: `postgres://user:password@host:port/database?parameter=value`, with libpq's parameters (manual, 34.1.2).
    /// - Throws: ``PostgresError/Code/invalidURL``.
    public init(url: String) throws(PostgresError) {
        // libpq looks at ports only when it connects; several hosts have several.
        guard let settings = LibpqConnection.parse(url: url),
            settings["port", default: "5432"].split(separator: ",").allSatisfy({ UInt16($0) != nil })
        else {
            throw PostgresError(.invalidURL, "expected postgres://user:password@host:port/database")
        }
        self.settings = settings
    }

    /// The database's name, when one is given; without one the server takes the user's.
    public var database: String? {
        get { settings["dbname"] }
        set { settings["dbname"] = newValue }
    }

    /// libpq's keywords and values.
    var connectionSettings: [String: String] {
        var settings = settings
        settings["client_encoding"] = "UTF8"
        // Of two settings of one name the later one counts.
        let options = ["-c plan_cache_mode=\(planCacheMode.rawValue)", settings["options"]].compactMap(\.self)
        settings["options"] = (options + serverSettings.map { "-c \($0.0)=\(Self.escaped($0.1))" }).joined(separator: " ")
        // A network that swallows packets is noticed within half a minute.
        let defaults = [
            "application_name": applicationName, "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "25000",
        ]
        return settings.merging(defaults) { given, _ in given }
    }

    private var serverSettings: [(String, String)] {
        var settings = [
            ("TimeZone", "UTC"), ("DateStyle", "ISO,YMD"), ("IntervalStyle", "postgres"), ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
            ("statement_timeout", Self.milliseconds(statementTimeout)), ("lock_timeout", Self.milliseconds(lockTimeout)),
            ("idle_in_transaction_session_timeout", Self.milliseconds(idleInTransactionTimeout)),
        ]
        if let searchPath { settings.append(("search_path", searchPath)) }
        return settings
    }

    private static func milliseconds(_ duration: Duration) -> String { String(duration.pollMilliseconds) }

    /// The server splits options at white space; a backslash takes a character as it is.
    private static func escaped(_ value: String) -> String {
        String(value.flatMap { $0 == "\\" || $0.isWhitespace ? ["\\", $0] : [$0] })
    }
}

/// How the server plans prepared statements (`plan_cache_mode`).
public enum PlanCacheMode: String, Sendable {
    /// Once per connection, whatever the parameters. Left alone the server compares costs, finds that a batch of one row deserves a plan of
    /// its own, and plans anew at every call: for the statement that starts jobs, 2 ms of planning for 0.2 ms of work. Where a plan
    /// hangs on a value, the value belongs into the statement's text, or the transaction asks for ``custom``.
    case generic = "force_generic_plan"
    /// At every call.
    case custom = "force_custom_plan"
    /// As the server thinks.
    case automatic = "auto"
}

extension PostgresConfiguration: CustomStringConvertible {
    /// Names the database, nothing else.
    public var description: String { "PostgreSQL database \(database ?? "(of the user)")" }
}
