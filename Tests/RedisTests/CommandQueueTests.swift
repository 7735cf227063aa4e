import Testing

@testable import Redis

@Suite("Commands around an unreliable connection: every one ends exactly once, and says whether it may have run")
struct CommandQueueTests {
    let start = ContinuousClock.now
    let broken = RedisError(code: .connectionLost, message: "broken")

    private func queue(connected: Bool = true, maximum: Int = 10) -> CommandQueue<String> {
        var queue = CommandQueue<String>(timeout: .seconds(2), maximumQueued: maximum, at: start)
        if connected { queue.connected(at: start) }
        return queue
    }

    private func completed(_ queue: inout CommandQueue<String>, at now: ContinuousClock.Instant) throws -> String? {
        guard case .complete(let request) = try queue.received(at: now) else { return nil }
        return request
    }

    @Test("replies belong to requests in order, batches take several")
    func order() throws {
        var queue = queue()
        #expect(queue.submit("a", at: start) == nil)
        #expect(queue.submit("b", replies: 3, at: start) == nil)
        #expect(queue.submit("c", at: start) == nil)
        #expect(
            [queue.take(at: start), queue.take(at: start), queue.take(at: start), queue.take(at: start)] == [
                "a", "b", "c", nil,
            ])
        let ends = try (0..<5).map { _ in try completed(&queue, at: start) }
        #expect(ends == ["a", nil, nil, "b", "c"])
        #expect(throws: RedisError.self) { try queue.received(at: start) }
    }

    @Test("nothing is sent without a connection; what waits survives a loss, what was sent may have been executed")
    func loss() {
        var queue = queue(connected: false)
        _ = queue.submit("a", at: start)
        _ = queue.submit("b", at: start)
        #expect(queue.take(at: start) == nil)
        queue.connected(at: start)
        #expect(queue.take(at: start) == "a")
        let failures = queue.lost(broken, at: start)
        #expect(failures.map(\.request) == ["a"])
        #expect(failures.map(\.error) == [broken.maybeExecuted(true)])
        #expect(queue.take(at: start) == nil)
        queue.connected(at: start)
        #expect(queue.take(at: start) == "b")
    }

    @Test("a queue that does not hold commands refuses them after a failed attempt and until there is a connection")
    func handsBack() {
        var queue = CommandQueue<String>(timeout: .seconds(2), maximumQueued: 10, holds: false, at: start)
        let refused = RedisError(code: .connectFailed, message: "Connection refused")
        #expect(queue.submit("a", at: start) == nil, "the first attempt is still to come")
        let failures = queue.lost(refused, at: start)
        #expect(failures.map(\.request) == ["a"])
        #expect(failures.first?.error.code == .connectFailed && failures.first?.error.maybeExecuted == false)
        #expect(queue.submit("b", at: start)?.code == .connectFailed)
        queue.connected(at: start)
        _ = queue.submit("sent", at: start)
        _ = queue.take(at: start)
        _ = queue.submit("unsent", at: start)
        let lost = queue.lost(broken, at: start)
        #expect(lost.map(\.request) == ["sent", "unsent"])
        #expect(lost.map(\.error.maybeExecuted) == [true, false])
        #expect(lost.map(\.error.code) == [.connectionLost, .connectFailed])
        #expect(queue.close().isEmpty)
    }

    @Test("a server that is to be left gets nothing more, gives what replies it owes, and is then dropped")
    func leaves() throws {
        var queue = queue()
        for request in ["a", "b", "c"] { _ = queue.submit(request, at: start) }
        _ = queue.take(at: start)
        _ = queue.take(at: start)
        _ = try queue.received(at: start)
        queue.leave(broken)
        #expect(queue.take(at: start) == nil)
        #expect(queue.reasonToDrop(at: start) == nil, "a reply is still due")
        #expect(try completed(&queue, at: start) == "b")
        #expect(queue.reasonToDrop(at: start) == broken)
        #expect(queue.lost(broken, at: start).isEmpty)
        queue.connected(at: start)
        #expect(queue.reasonToDrop(at: start) == nil)
        #expect(queue.take(at: start) == "c")
    }

    @Test("a command that could not be sent in time fails as not executed, with the reason why there is no connection")
    func expiry() {
        var queue = queue(connected: false)
        _ = queue.submit("a", at: start)
        _ = queue.submit("b", at: start + .seconds(1))
        _ = queue.lost(RedisError(code: .connectFailed, message: "Connection refused"), at: start)
        #expect(queue.nextDeadline == start + .seconds(2))
        #expect(queue.expire(at: start + .milliseconds(1999)).isEmpty)
        let failures = queue.expire(at: start + .seconds(2))
        #expect(failures.map(\.request) == ["a"])
        #expect(failures.first?.error.code == .connectFailed)
        #expect(failures.first?.error.maybeExecuted == false)
        #expect(failures.first?.error.message == "not connected: Connection refused")
    }

    @Test("after two seconds without a connection new commands fail at once, until there is one again")
    func failsFast() {
        var queue = queue()
        _ = queue.lost(broken, at: start + .seconds(10))
        #expect(queue.submit("a", at: start + .seconds(11)) == nil)
        #expect(queue.submit("b", at: start + .seconds(12))?.code == .connectFailed)
        _ = queue.lost(broken, at: start + .seconds(12))
        #expect(
            queue.submit("c", at: start + .seconds(12))?.code == .connectFailed,
            "another failed attempt must not start the time anew")
        queue.connected(at: start + .seconds(13))
        #expect(queue.submit("d", at: start + .seconds(13)) == nil)
    }

    @Test("silence while a reply is due means a dead connection; a moving queue of replies does not")
    func silence() throws {
        var queue = queue()
        for name in ["a", "b"] {
            _ = queue.submit(name, at: start)
            _ = queue.take(at: start)
        }
        #expect(queue.reasonToDrop(at: start + .milliseconds(1999)) == nil)
        #expect(queue.reasonToDrop(at: start + .seconds(2))?.code == .timeout)
        _ = try queue.received(at: start + .milliseconds(1500))
        #expect(queue.reasonToDrop(at: start + .seconds(3)) == nil)
        #expect(queue.nextDeadline == start + .milliseconds(3500))
        #expect(queue.reasonToDrop(at: start + .milliseconds(3500)) != nil)
        _ = try queue.received(at: start + .milliseconds(3500))
        #expect(queue.nextDeadline == nil)
        #expect(queue.reasonToDrop(at: start + .seconds(100)) == nil, "nothing is due on an idle connection")
    }

    @Test("a command's own limit replaces the common one")
    func limit() {
        var queue = queue()
        _ = queue.submit("pop", limit: .seconds(30), at: start)
        _ = queue.take(at: start)
        #expect(queue.reasonToDrop(at: start + .seconds(29)) == nil)
        #expect(queue.reasonToDrop(at: start + .seconds(30)) != nil)
    }

    @Test("cancelling what waits leaves the connection alone; cancelling what was sent gives it up")
    func cancel() {
        var queue = queue()
        _ = queue.submit("sent", id: 1, at: start)
        _ = queue.take(at: start)
        _ = queue.submit("waiting", id: 2, at: start)
        let waiting = queue.cancel(2)
        #expect(waiting?.request == "waiting")
        #expect(waiting?.error.maybeExecuted == false)
        #expect(queue.reasonToDrop(at: start) == nil)
        let sent = queue.cancel(1)
        #expect(sent?.error.code == .canceled)
        #expect(sent?.error.maybeExecuted == true)
        #expect(queue.reasonToDrop(at: start) != nil)
        #expect(queue.cancel(1) == nil)
        #expect(queue.lost(broken, at: start).isEmpty)
        #expect(queue.reasonToDrop(at: start) == nil)
    }

    @Test("a full queue refuses, and says so")
    func overload() {
        var queue = queue(connected: false, maximum: 2)
        #expect(queue.submit("a", at: start) == nil)
        #expect(queue.submit("b", at: start) == nil)
        #expect(queue.submit("c", at: start)?.code == .overloaded)
    }

    @Test("closing ends everything, sent or not")
    func close() {
        var queue = queue()
        _ = queue.submit("sent", at: start)
        _ = queue.take(at: start)
        _ = queue.submit("waiting", at: start)
        let failures = queue.close()
        #expect(failures.map(\.request) == ["sent", "waiting"])
        #expect(failures.map(\.error.maybeExecuted) == [true, false])
        #expect(queue.close().isEmpty)
    }
}
