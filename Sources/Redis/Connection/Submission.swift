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
