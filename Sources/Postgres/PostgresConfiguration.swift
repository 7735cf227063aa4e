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
    /// What stands between this process and the server. `pooler=…` in the URL takes precedence, and so does Prisma's
    /// name for it, `pgbouncer=true`.
    public var pooler = PostgresPooler.auto
    /// How prepared statements are planned; one in the URL's `options` takes precedence.
    public var planCacheMode = PlanCacheMode.generic
    /// Statements kept prepared per connection.
    public var preparedStatementLimit = 256
    /// How often a transaction that lost against another one is run before its error is reported.
    public var transactionAttempts = 8

    /// How much longer than ``statementTimeout`` a server may say nothing before the connection is taken for dead. Only
    /// tests change it.
    var silenceGrace: Duration = .seconds(10)

    private var settings: [String: String]
    /// What its connections have found out. Copies share it.
    let knowledge = PoolerKnowledge()

    /// - Parameter url: `postgres://user:password@host:port/database?parameter=value`, with libpq's parameters (manual,
    ///   34.1.2): several hosts (`host1:port,host2:port`) with `target_session_attrs=read-write`, `sslmode` and
    ///   `sslrootcert`, `host=/folder/of/the/socket`; and `pooler`, see ``PostgresPooler``. Special characters are
    ///   percent-encoded.
    /// - Throws: ``PostgresError/Code/invalidURL``.
    public init(url: String) throws(PostgresError) {
        let (url, pooler) = try Self.withoutPooler(url)
        // libpq looks at ports only when it connects; several hosts have several.
        guard let settings = LibpqConnection.parse(url: url),
            settings["port", default: "5432"].split(separator: ",").allSatisfy({ UInt16($0) != nil })
        else {
            throw PostgresError(
                .invalidURL,
                "expected postgres://user:password@host:port/database, with special characters percent-encoded")
        }
        self.settings = settings
        if let pooler { self.pooler = pooler }
    }

    /// The URL without the parameter that is ours, which libpq would refuse, and its value.
    private static func withoutPooler(_ url: String) throws(PostgresError) -> (url: String, pooler: PostgresPooler?) {
        guard let mark = url.firstIndex(of: "?") else { return (url, nil) }
        var pooler: PostgresPooler?
        var rest: [Substring] = []
        for item in url[url.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            let (name, value) = (item.prefix { $0 != "=" }, item.drop { $0 != "=" }.dropFirst())
            switch name {
            case "pooler": pooler = PostgresPooler(rawValue: String(value))
            case "pgbouncer": pooler = ["true": .transaction, "false": PostgresPooler.none][String(value)]
            default:
                rest.append(item)
                continue
            }
            if pooler == nil {
                throw PostgresError(
                    .invalidURL, "expected pooler=auto, none or transaction, or pgbouncer=true or false")
            }
        }
        return (rest.isEmpty ? String(url[..<mark]) : "\(url[..<mark])?\(rest.joined(separator: "&"))", pooler)
    }

    /// The database's name, when one is given; without one the server takes the user's.
    public var database: String? {
        get { settings["dbname"] }
        set { settings["dbname"] = newValue }
    }

    /// libpq's keywords and values, for each host in turn.
    /// - Parameter pooled: whether a pooler stands in between, which takes no `options`.
    func connectionSettings(pooled: Bool) -> [[String: String]] {
        var settings = settings
        settings["client_encoding"] = "UTF8"
        if pooled {
            settings["options"] = nil
        } else {
            // Of two settings of one name the later one counts.
            let options = ["-c plan_cache_mode=\(planCacheMode.rawValue)", settings["options"]].compactMap(\.self)
            settings["options"] = (options + serverSettings.map { "-c \($0.0)=\(Self.escaped($0.1))" }).joined(
                separator: " ")
        }
        // A network that swallows packets is noticed within half a minute.
        let defaults = [
            "application_name": applicationName, "keepalives_idle": "10", "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": "25000",
        ]
        return Self.eachHost(of: settings.merging(defaults) { given, _ in given })
    }

    /// Lists of hosts and ports taken apart. Which of several hosts is preferred only libpq can tell when it knows all
    /// of them.
    private static func eachHost(of settings: [String: String]) -> [[String: String]] {
        func list(_ name: String) -> [String] {
            (settings[name] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let names = ["host", "hostaddr"].filter { settings[$0] != nil }
        let ports = list("port")
        let count = names.map { list($0).count }.max() ?? 1
        guard count > 1, settings["target_session_attrs"] != "prefer-standby",
            names.allSatisfy({ list($0).count == count }),
            ports.count == 1 || ports.count == count
        else { return [settings] }
        return (0..<count).map { index in
            var one = settings
            for name in names { one[name] = list(name)[index] }
            if settings["port"] != nil { one["port"] = ports.count == 1 ? ports[0] : ports[index] }
            return one
        }
    }

    /// Says the settings for one transaction, as long as nothing else can be sure of them. The server plans each
    /// statement for its values then, because it plans each time.
    var localSettings: String {
        let all = Self.assignments(in: settings["options"] ?? "") + serverSettings
        return "SELECT "
            + all.map { "set_config(\(Self.literal($0.0)), \(Self.literal($0.1)), true)" }.joined(separator: ", ")
    }

    /// Asks a new connection whose it is, and whether it heard what it was told.
    var probe: String {
        """
        SELECT pg_backend_pid() AS process, setting = '\(Self.milliseconds(statementTimeout))' AS is_set
        FROM pg_settings WHERE name = 'statement_timeout'
        """
    }

    /// The settings in `options`, in any of its spellings: `-c name=value`, `-cname=value`, `--name=value`.
    private static func assignments(in options: String) -> [(String, String)] {
        var words: [String] = []
        var (word, isEscaped) = ("", false)
        for character in options + " " {
            if isEscaped || (character != "\\" && !character.isWhitespace) {
                word.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        var assignments: [(String, String)] = []
        for word in words {
            let text = word.hasPrefix("--") || word.hasPrefix("-c") ? word.dropFirst(2) : word[...]
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { continue }
            assignments.append(
                (String(text[..<sign].replacing("-", with: "_")), String(text[text.index(after: sign)...])))
        }
        return assignments
    }

    private static func literal(_ text: String) -> String {
        let quoted = text.replacing("'", with: "''").replacing("\\", with: "\\\\")
        return text.contains("\\") ? "E'\(quoted)'" : "'\(quoted)'"
    }

    private var serverSettings: [(String, String)] {
        var settings = [
            ("TimeZone", "UTC"), ("DateStyle", "ISO,YMD"), ("IntervalStyle", "postgres"), ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
            ("statement_timeout", Self.milliseconds(statementTimeout)),
            ("lock_timeout", Self.milliseconds(lockTimeout)),
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
    /// Once per connection, whatever the parameters. Left alone the server compares costs, finds that a batch of one
    /// row deserves a plan of its own, and plans anew at every call: for the statement that starts jobs, 2 ms of
    /// planning for 0.2 ms of work. Where a plan hangs on a value, the value belongs into the statement's text, or the
    /// transaction asks for ``custom``.
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
