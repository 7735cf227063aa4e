/// What a new connection says before anything else. All of it goes out at once.
struct Handshake: Sendable {
    private enum Step: Sendable {
        case authenticate, select, name, role, probe
    }

    private let steps: [Step]
    /// The commands' bytes.
    let encoded: [UInt8]

    /// To a server of the configuration. One that sentinels have named must say itself that it is the master: what they
    /// say may be out of date.
    init(_ configuration: RedisConfiguration) {
        var mustBeMaster = false
        if case .sentinel = configuration.topology { mustBeMaster = true }
        self.init(
            username: configuration.username, password: configuration.password, database: configuration.database,
            name: configuration.clientName, mustBeMaster: mustBeMaster)
    }

    /// To a sentinel.
    init(_ service: SentinelService, name: String) {
        self.init(username: service.username, password: service.password, database: 0, name: name, mustBeMaster: false)
    }

    private init(username: String?, password: String?, database: Int, name: String, mustBeMaster: Bool) {
        var steps: [Step] = []
        var commands: [RedisCommand] = []
        if let password {
            steps.append(.authenticate)
            // Without a user name this is the form that servers before Redis 6 know as well.
            commands.append(
                RedisCommand("AUTH", arguments: [username, password].compactMap { $0 }.map { RedisArgument($0) }))
        }
        if database != 0 {
            steps.append(.select)
            commands.append(RedisCommand("SELECT", RedisArgument(database)))
        }
        steps.append(.name)
        commands.append(RedisCommand("CLIENT", "SETNAME", RedisArgument(name)))
        if mustBeMaster {
            steps.append(.role)
            commands.append(RedisCommand("ROLE"))
        }
        // A server that is still loading its data answers `-LOADING` to this, and is then not ready.
        steps.append(.probe)
        commands.append(RedisCommand("PING"))
        self.steps = steps
        encoded = commands.flatMap(\.encoded)
    }

    /// How many replies will come.
    var count: Int { steps.count }

    /// Looks at the reply to the command at `index`.
    /// - Throws: `.connectFailed` when the connection is of no use, `.refused` when no later one will be either. The
    ///   server's own words to AUTH hold no password.
    func check(_ value: RedisValue, at index: Int) throws(RedisError) {
        guard case .error(let reply) = value else {
            if steps[index] == .role, value.elements?.first?.text != "master" {
                throw RedisError(code: .connectFailed, message: "the server is not, or no longer, the master")
            }
            return
        }
        switch steps[index] {
        case .authenticate:
            throw RedisError(code: Self.code(of: reply), message: "Redis refused user or password: \(reply)")
        case .select: throw RedisError(code: Self.code(of: reply), message: "Redis refused the database: \(reply)")
        case .role:
            throw RedisError(code: .connectFailed, message: "Redis does not say whether it is the master: \(reply)")
        case .name, .probe:
            // An ACL that forbids these two says nothing about the commands this connection is for.
            if reply.hasPrefix("NOPERM") { return }
            throw RedisError(
                code: Self.isRefusal(reply) ? .refused : .connectFailed, message: "Redis is not ready: \(reply)")
        }
    }

    /// To AUTH and SELECT, servers answer ERR as well: to a password where none is set, or a database there is not.
    /// Only a full one means to pass.
    private static func code(of reply: String) -> RedisError.Code {
        isRefusal(reply) || reply.hasPrefix("ERR") && !reply.hasPrefix("ERR max number of clients")
            ? .refused : .connectFailed
    }

    /// DENIED comes from a server in protected mode.
    private static func isRefusal(_ reply: String) -> Bool {
        ["NOAUTH", "WRONGPASS", "NOPERM", "DENIED"].contains { reply.hasPrefix($0) }
    }
}
