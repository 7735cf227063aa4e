/// Why a Redis call failed, for code (``code``, ``maybeExecuted``) and for people (``message``).
///
/// Neither arguments of commands nor passwords ever stand in the message, so it may be logged as it is.
public struct RedisError: Error, Sendable, Equatable {
    /// What went wrong.
    public enum Code: Sendable, Equatable {
        /// The URL in the configuration cannot be used.
        case invalidURL
        /// No usable connection came about in time; nothing was sent.
        case connectFailed
        /// The server turned the connection away for its user, password or database; only other settings help. Nothing
        /// was sent.
        case refused
        /// The connection broke while the command was on its way.
        case connectionLost
        /// No reply came in time.
        case timeout
        /// Redis answered with an error; the value is its first word, such as "OOM", "READONLY", "NOSCRIPT",
        /// "WRONGTYPE" or "ERR".
        case server(String)
        /// What came over the connection is not what was asked for.
        case protocolViolation
        /// The client was closed.
        case closed
        /// Too many commands are waiting; see ``RedisConfiguration/maximumQueued``.
        case overloaded
        /// The calling task was canceled.
        case canceled
        /// A cluster cannot take the command as it is: its keys lie in different slots, or each node would answer for
        /// itself alone.
        case unroutable
    }

    /// What went wrong.
    public let code: Code
    /// One sentence for people.
    public let message: String
    /// Whether Redis may have carried the command out: it was handed to the socket and no reply came.
    ///
    /// False when Redis answered with an error. A script that failed halfway keeps what it did before the failing line.
    public let maybeExecuted: Bool

    /// Puts an error together.
    public init(code: Code, message: String, maybeExecuted: Bool = false) {
        self.code = code
        self.message = message
        self.maybeExecuted = maybeExecuted
    }

    /// An error reply, such as `OOM command not allowed when used memory > 'maxmemory'.`
    /// - Parameter command: the command's name, put before the text.
    package init(reply: String, command: String? = nil) {
        let prefix = String(reply.prefix { $0 != " " })
        self.init(code: .server(prefix), message: command.map { "\($0): \(reply)" } ?? reply)
    }

    /// Whether the same call may succeed later unchanged.
    public var isTransient: Bool {
        switch code {
        case .connectFailed, .connectionLost, .timeout, .overloaded: true
        case .server(let prefix): Self.transientPrefixes.contains(prefix)
        case .invalidURL, .refused, .protocolViolation, .closed, .canceled, .unroutable: false
        }
    }

    /// States of a server that pass: full, starting, failing over, waiting for replicas or for a script; and of a
    /// cluster that is being changed.
    private static let transientPrefixes: Set<String> = [
        "OOM", "LOADING", "BUSY", "READONLY", "MASTERDOWN", "MISCONF", "NOREPLICAS", "TRYAGAIN", "CLUSTERDOWN",
        "UNBLOCKED", "MOVED", "ASK",
    ]

    func maybeExecuted(_ value: Bool) -> RedisError {
        RedisError(code: code, message: message, maybeExecuted: value)
    }
}

extension RedisError: CustomStringConvertible {
    /// Code and message in one line.
    public var description: String {
        "Redis: \(message) (\(code)\(maybeExecuted ? ", may have been executed" : ""))"
    }
}
