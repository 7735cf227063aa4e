import Logging
import Synchronization
import Threading

/// The callers' end of a connection for commands. The thread lives until ``close()``, or until the last caller drops
/// this.
final class CommandLink: Sendable {
    private let mailbox = Mailbox<CommandRole.Message>()
    private let lastID = Atomic<UInt64>(0)
    let status: LinkStatus

    /// - Parameters:
    ///   - name: of the thread, at most 15 bytes.
    ///   - holds: whether commands wait for a connection; see ``CommandQueue``.
    init(
        _ configuration: RedisConfiguration, name: String, holds: Bool = true, status: LinkStatus = LinkStatus(),
        logger: Logger
    ) {
        self.status = status
        ConnectionThread.start(
            name: name, role: CommandRole(configuration, holds: holds), configuration: configuration, mailbox: mailbox,
            status: status,
            logger: logger)
    }

    deinit {
        refuse(mailbox.close())
    }

    /// - Throws: also `.server` when Redis answers with an error.
    func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        let value = try await exchange(command)
        if case .error(let reply) = value { throw RedisError(reply: reply, command: command.name) }
        return value
    }

    /// - Returns: also an error reply.
    func exchange(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        let result = await withUnsafeContinuation { continuation in
            post(Submission(bytes: command.encoded, replies: 1, waiter: .one(continuation)))
        }
        return try result.get()
    }

    /// Sends commands that stay next to each other.
    /// - Returns: one value per command; error replies are values.
    func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let bytes = Self.joined(commands)
        let result = await withUnsafeContinuation { continuation in
            post(Submission(bytes: bytes, replies: commands.count, waiter: .many(continuation)))
        }
        return try result.get()
    }

    /// Sends commands that stay next to each other and of which the last may block. A cancellation of the task drops
    /// the connection and ends the call at once.
    /// - Parameter limit: how long a reply may take.
    /// - Returns: the last one's reply; an error reply is a value.
    func sendBlocking(_ commands: [RedisCommand], limit: Duration) async throws(RedisError) -> RedisValue {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let bytes = Self.joined(commands)
        let result: Result<[RedisValue], RedisError> = await withTaskCancellationHandler {
            if Task.isCancelled { return .failure(RedisError(code: .canceled, message: "the task was canceled")) }
            return await withUnsafeContinuation { continuation in
                post(
                    Submission(bytes: bytes, replies: commands.count, limit: limit, id: id, waiter: .many(continuation))
                )
                // A cancellation that came before the command was posted found nothing to end.
                if Task.isCancelled { mailbox.post(.cancel(id)) }
            }
        } onCancel: {
            mailbox.post(.cancel(id))
        }
        return try result.get().last ?? .null
    }

    private static func joined(_ commands: [RedisCommand]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(commands.reduce(0) { $0 + $1.encoded.count })
        for command in commands { bytes.append(contentsOf: command.encoded) }
        return bytes
    }

    /// Sends a command for which no caller waits: `handle` is called on the link's thread and must not block.
    func send(_ command: RedisCommand, _ handle: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void) {
        post(Submission(bytes: command.encoded, replies: 1, waiter: .handler(.init(handle))))
    }

    func close() async {
        refuse(mailbox.close())
        await status.waitUntilEnded()
    }

    private func post(_ submission: Submission) {
        if !mailbox.post(.submit(submission)) { submission.fail(CommandQueue<Submission>.closed) }
    }

    /// What was posted but never reached the thread.
    private func refuse(_ messages: [CommandRole.Message]) {
        for case .submit(let submission) in messages { submission.fail(CommandQueue<Submission>.closed) }
    }
}

/// One call on its way to Redis and back.
struct Submission: Sendable {
    /// Who waits. Unsafe continuations, because the checked ones cost a tenth of the throughput of ``RedisClient``;
    /// that each is resumed exactly once is the invariant of ``CommandQueue``, which gives every request back exactly
    /// once, and is covered by its tests.
    enum Waiter: Sendable {
        case one(UnsafeContinuation<Result<RedisValue, RedisError>, Never>)
        case many(UnsafeContinuation<Result<[RedisValue], RedisError>, Never>)
        case handler(ReplyHandler)
    }

    /// Called on the link's thread with the only reply, or with what came instead of it. Must not block.
    final class ReplyHandler: Sendable {
        let handle: @Sendable (Result<RedisValue, RedisError>) -> Void

        init(_ handle: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void) {
            self.handle = handle
        }
    }

    /// The commands as they go over the wire.
    let bytes: [UInt8]
    /// How many replies will come.
    let replies: Int
    /// How long the server may take; nil for the configuration's command timeout.
    var limit: Duration?
    /// See ``CommandQueue/Entry/id``.
    var id: UInt64 = 0
    let waiter: Waiter

    func fail(_ error: RedisError) {
        switch waiter {
        case .one(let continuation): continuation.resume(returning: .failure(error))
        case .many(let continuation): continuation.resume(returning: .failure(error))
        case .handler(let handler): handler.handle(.failure(error))
        }
    }
}
