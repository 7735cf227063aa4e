internal import Arithmetic
internal import CLibpq
internal import Glibc

/// One `PGconn`, non-blocking and in pipeline mode. Lives and dies on one thread.
///
/// Everything libpq is asked to do goes through here. Each method blocks its thread in `poll(2)` and nowhere else, so
/// every wait is bounded by us and not by libpq.
///
/// Source: PostgreSQL 15 manual, 34.5, "Pipeline Mode", and 34.4, "Asynchronous Command Processing".
final class LibpqConnection {
    private let connection: OpaquePointer
    /// False once the server or the network has ended the connection, or its state is unknown.
    private(set) var isAlive = true

    /// Opens a connection.
    /// - Parameters:
    ///   - settings: libpq's keywords and values.
    ///   - timeout: for everything from the first packet to the server's readiness; name resolution comes on top.
    /// - Throws: ``PostgresError/Code/connectFailed``.
    init(settings: [String: String], timeout: Duration) throws(PostgresError) {
        connection = try Self.open(settings, deadline: .now + timeout)
        // Notices would go to standard error otherwise.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        PQsetnonblocking(connection, 1)
        PQenterPipelineMode(connection)
    }

    deinit { PQfinish(connection) }

    /// Whether the server's transaction state is "none", as of the last synchronization.
    var isIdle: Bool { PQtransactionStatus(connection) == PQTRANS_IDLE }

    /// The server process that serves this connection.
    var processID: Int32 { PQbackendPID(connection) }

    /// Looks, without waiting, whether the server has hung up, or said anything at all, while the connection was not in
    /// use. Nothing is sent. False means that the connection is of no use and nothing was lost with it.
    ///
    /// What a server says unasked is almost always its farewell, and the end of file may come later than that: so
    /// this does not wait for the end. The rare harmless message, a changed setting, costs one new connection.
    func isStillConnected() -> Bool {
        guard isAlive else { return false }
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, 0) != 0 { isAlive = false }
        return isAlive
    }

    /// Sends commands as one pipeline with one synchronization point, and waits for all answers.
    ///
    /// - Parameter silence: how long the server may say nothing before the connection is taken for dead; nil waits for
    ///   ever.
    /// - Returns: one outcome per command; one more when the error came at the synchronization point, which is where
    ///   the server commits (a deferred constraint, a serialization failure).
    /// - Throws: ``PostgresError/Code/connectionLost``; the connection is of no further use.
    ///   ``PostgresError/Code/encoding`` before anything is sent.
    func roundTrip(_ commands: [WireCommand], silence: Duration?) throws(PostgresError) -> [WireOutcome] {
        for command in commands {
            if command.parameters.contains(where: { $0.text?.utf8.contains(0) ?? false }) {
                throw PostgresError(.encoding, "a text with a NUL character cannot be sent to PostgreSQL")
            }
        }
        for command in commands {
            guard send(command) else { throw lost() }
        }
        guard PQpipelineSync(connection) == 1 else { throw lost() }
        return try receive(count: commands.count, silence: silence)
    }

    /// Runs a text of any number of statements outside pipeline mode. Blocks as long as the server takes.
    /// - Throws: ``PostgresError/Code/server`` for the first statement that fails,
    ///   ``PostgresError/Code/connectionLost``.
    func script(_ text: String) throws(PostgresError) {
        guard PQexitPipelineMode(connection) == 1 else { throw lost() }
        guard let pointer = PQexec(connection, text) else { throw lost() }
        let result = LibpqResult(pointer)
        if PQstatus(connection) == CONNECTION_BAD || result.isFatal {
            isAlive = false
            throw result.error(.connectionLost)
        }
        guard PQenterPipelineMode(connection) == 1 else { throw lost() }
        if result.kind != .success { throw result.error() }
    }

    /// Declares the connection of no further use.
    func abandon() { isAlive = false }

    private func send(_ command: WireCommand) -> Bool {
        switch command {
        case .prepare(let name, let text): PQsendPrepare(connection, name, text, 0, nil) == 1
        case .once(let text, let parameters):
            Self.withCStrings(parameters) {
                PQsendQueryParams(connection, text, Int32(parameters.count), nil, $0, nil, nil, 0)
            } == 1
        case .execute(let name, let parameters):
            Self.withCStrings(parameters) {
                PQsendQueryPrepared(connection, name, Int32(parameters.count), $0, nil, nil, 0)
            } == 1
        }
    }

    private func receive(count: Int, silence: Duration?) throws(PostgresError) -> [WireOutcome] {
        var outcomes: [WireOutcome] = []
        outcomes.reserveCapacity(count)
        var farewell: PostgresError?
        while true {
            try waitForResult(silence: silence, farewell: farewell)
            // Nil stands between the answers to two commands.
            guard let pointer = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw lost(farewell) }
                continue
            }
            let result = LibpqResult(pointer)
            switch result.kind {
            case .success: outcomes.append(.done(result.copy()))
            case .skipped: outcomes.append(.skipped)
            case .synchronised: return outcomes
            case .failure where PQstatus(connection) == CONNECTION_BAD:
                throw lost(farewell ?? result.error(.connectionLost))
            case .failure where result.isFatal: farewell = result.error(.connectionLost)
            case .failure: outcomes.append(.failed(result.error()))
            case .unexpected: throw lost(farewell)
            }
        }
    }

    /// Flushes and reads until `PQgetResult` would not block. Reading goes on while there is still something to write,
    /// or both sides could sit on full buffers for ever.
    private func waitForResult(silence: Duration?, farewell: PostgresError?) throws(PostgresError) {
        while PQflush(connection) == 1 || PQisBusy(connection) == 1 {
            let events = PQflush(connection) == 1 ? POLLIN | POLLOUT : POLLIN
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            let ready = poll(&descriptor, 1, silence?.pollMilliseconds ?? -1)
            if ready == 0 { throw lost(farewell) }
            if ready < 0 && errno == EINTR { continue }
            if ready < 0 || PQconsumeInput(connection) == 0 { throw lost(farewell) }
        }
    }

    private func lost(_ farewell: PostgresError? = nil) -> PostgresError {
        isAlive = false
        if let farewell { return farewell }
        var error = PostgresError(.connectionLost, "the connection to the server broke")
        error.serverMessage = PQerrorMessage(connection).map { String(cString: $0) }
        return error
    }
}

extension Duration {
    /// For `poll(2)`: whole milliseconds, rounded up, and never the negative that means "for ever".
    var pollMilliseconds: Int32 {
        let whole = max(self, .zero).wholeMilliseconds
        return Int32(clamping: .milliseconds(whole) < self ? whole.saturatingAdd(1) : whole)
    }
}

/// One message to the server inside a pipeline.
enum WireCommand {
    /// Parse a statement under a name.
    case prepare(name: String, text: String)
    /// Run a prepared statement.
    case execute(name: String, parameters: [PostgresParameter])
    /// Parse and run a statement that is not kept.
    case once(String, [PostgresParameter])

    var parameters: [PostgresParameter] {
        switch self {
        case .prepare: []
        case .execute(_, let parameters), .once(_, let parameters): parameters
        }
    }
}

/// What became of a ``WireCommand``.
enum WireOutcome {
    case done(WireResult)
    case failed(PostgresError)
    /// Not run, because an earlier command of the pipeline failed.
    case skipped
}

/// The answer to a command that worked.
struct WireResult {
    /// The rows, of a command that returns some.
    let table: ResultTable?
    let affectedRows: Int
}
