/// What a new connection says before anything else. All of it goes out at once.
struct Greeting: Sendable {
    private enum Step: Sendable {
        case authenticate, select, name, probe
    }

    private let steps: [Step]
    /// The commands' bytes.
    let encoded: [UInt8]

    init(_ configuration: RedisConfiguration) {
        var steps: [Step] = []
        var commands: [RedisCommand] = []
        if let password = configuration.password {
            steps.append(.authenticate)
            // Without a user name this is the form that servers before Redis 6 know as well.
            commands.append(
                RedisCommand("AUTH", arguments: [configuration.username, password].compactMap { $0 }.map { RedisArgument($0) }))
        }
        if configuration.database != 0 {
            steps.append(.select)
            commands.append(RedisCommand("SELECT", RedisArgument(configuration.database)))
        }
        steps.append(.name)
        commands.append(RedisCommand("CLIENT", "SETNAME", RedisArgument(configuration.clientName)))
        // A server that is still loading its data answers `-LOADING` to this, and is then not ready.
        steps.append(.probe)
        commands.append(RedisCommand("PING"))
        self.steps = steps
        encoded = commands.flatMap(\.encoded)
    }

    /// How many replies will come.
    var count: Int { steps.count }

    /// Looks at the reply to the command at `index`.
    /// - Throws: `.connectFailed` when the connection is of no use. The server's own words to AUTH hold no password.
    func check(_ value: RedisValue, at index: Int) throws(RedisError) {
        guard case .error(let reply) = value else { return }
        switch steps[index] {
        case .authenticate: throw RedisError(code: .connectFailed, message: "Redis refused user or password: \(reply)")
        case .select: throw RedisError(code: .connectFailed, message: "Redis refused the database: \(reply)")
        case .name, .probe:
            // An ACL that forbids these two says nothing about the commands this connection is for.
            if reply.hasPrefix("NOPERM") { return }
            throw RedisError(code: .connectFailed, message: "Redis is not ready: \(reply)")
        }
    }
}
