import Logging
import Threading

/// The callers' end of a connection for commands. The thread lives until ``close()``, or until the last caller lets go of this.
final class CommandLink: Sendable {
    private let mailbox = Mailbox<CommandRole.Message>()
    let status = LinkStatus()

    /// - Parameter name: of the thread, at most 15 bytes.
    init(_ configuration: RedisConfiguration, name: String, logger: Logger) {
        LinkThread.start(
            name: name, role: CommandRole(configuration), configuration: configuration, mailbox: mailbox, status: status, logger: logger)
    }

    deinit {
        refuse(mailbox.close())
    }

    func send(_ command: RedisCommand, limit: Duration? = nil, id: UInt64 = 0) async throws(RedisError) -> RedisValue {
        let result = await withUnsafeContinuation { continuation in
            post(Submission(bytes: command.encoded, replies: 1, limit: limit, id: id, waiter: .one(continuation)))
            // A cancellation that came before the command was posted found nothing to end.
            if id != 0 && Task.isCancelled { cancel(id) }
        }
        let value = try result.get()
        if case .error(let reply) = value { throw RedisError(reply: reply, command: command.name) }
        return value
    }

    func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(commands.reduce(0) { $0 + $1.encoded.count })
        for command in commands { bytes.append(contentsOf: command.encoded) }
        let joined = bytes
        let result = await withUnsafeContinuation { continuation in
            post(Submission(bytes: joined, replies: commands.count, waiter: .many(continuation)))
        }
        return try result.get()
    }

    /// Ends the call with this id if it is still under way.
    func cancel(_ id: UInt64) {
        mailbox.post(.cancel(id))
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
