import Testing

@testable import Redis

@Suite("Redirections: followed when the command was not executed, and not for ever")
struct RedirectionTests {
    let start = ContinuousClock.now
    private let server = Endpoint.tcp(host: "a", port: 1)
    private let target = Endpoint.tcp(host: "10.0.0.2", port: 7001)

    @Test("refusals that say where to go, or to come again")
    func replies() {
        #expect(Redirection("MOVED 3999 10.0.0.2:7001", from: server) == .moved(slot: 3999, to: target))
        #expect(Redirection("MOVED 3999 :7001", from: server) == .moved(slot: 3999, to: .tcp(host: "a", port: 7001)))
        #expect(Redirection("ASK 3999 10.0.0.2:7001", from: server) == .ask(target))
        for reply in [
            "CLUSTERDOWN Hash slot not served", "CLUSTERDOWN The cluster is down",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "MASTERDOWN Link with MASTER is down", "LOADING Redis is loading", "READONLY You can't write",
        ] { #expect(Redirection(reply, from: server) == .later) }
    }

    @Test(
        "errors of the command itself, and redirections that cannot be read, go to the caller",
        arguments: [
            "ERR no", "WRONGTYPE Operation", "CROSSSLOT Keys in request", "NOSCRIPT No matching script",
            "UNBLOCKED force unblock",
            "OOM command",
            "MOVED", "MOVED x 10.0.0.2:7001", "MOVED 1 nowhere", "ASK 1", "", "MOVEDX 1 10.0.0.2:7001",
        ])
    func others(reply: String) {
        #expect(Redirection(reply, from: server) == nil)
    }

    @Test("a command is sent again only when it was never sent")
    func failures() {
        #expect(Redirection(RedisError(code: .connectFailed, message: "")) == .later)
        #expect(Redirection(RedisError(code: .closed, message: "")) == .later)
        for code: RedisError.Code in [.connectionLost, .timeout, .connectFailed, .closed, .server("MOVED")] {
            #expect(Redirection(RedisError(code: code, message: "", maybeExecuted: true)) == nil)
        }
        for code: RedisError.Code in [.overloaded, .canceled, .timeout, .protocolViolation, .unroutable] {
            #expect(Redirection(RedisError(code: code, message: "")) == nil)
        }
    }

    @Test("the first redirections are followed at once, more of them and refusals after growing pauses")
    func pauses() {
        var limit = RedirectionLimit(deadline: start + .seconds(2))
        let moved = Redirection.moved(slot: 1, to: target)
        for _ in 0..<5 { #expect(limit.pause(before: moved, at: start, jitter: 1) == .zero) }
        #expect(limit.pause(before: moved, at: start, jitter: 1) == .milliseconds(5))
        #expect(limit.pause(before: .ask(target), at: start, jitter: 1) == .milliseconds(20))
        let later = (0..<5).map { _ in limit.pause(before: .later, at: start, jitter: 1) }
        #expect(later == [40, 80, 160, 160, 160].map { .milliseconds($0) })
        #expect(limit.pause(before: .later, at: start, jitter: 0) == .milliseconds(80))
    }

    @Test("after the deadline nothing is followed", arguments: [Redirection.later, .ask(.tcp(host: "b", port: 1))])
    func deadline(redirection: Redirection) {
        var limit = RedirectionLimit(deadline: start + .seconds(2))
        #expect(limit.pause(before: redirection, at: start + .milliseconds(1999), jitter: 0) != nil)
        #expect(limit.pause(before: redirection, at: start + .seconds(2), jitter: 0) == nil)
    }
}
