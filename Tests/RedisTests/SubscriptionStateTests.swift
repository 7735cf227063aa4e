import Testing

@testable import Redis

@Suite("Subscriptions: the server knows what is wanted, and a silent connection is asked for a sign of life")
struct SubscriptionStateTests {
    let start = ContinuousClock.now

    private func bytes(_ command: RedisCommand?) -> String? {
        command.map { String(decoding: $0.encoded, as: UTF8.self).replacing("\r\n", with: " ") }
    }

    @Test("a channel is subscribed with its first listener and unsubscribed with its last")
    func counts() {
        var state = SubscriptionState(silence: .seconds(2), at: start)
        state.connected(at: start)
        state.add(["a"])
        state.add(["a", "b"])
        #expect(bytes(state.next(at: start)) == "*3 $9 SUBSCRIBE $1 a $1 b ")
        #expect(state.next(at: start) == nil)
        state.remove(["a"])
        #expect(state.next(at: start) == nil)
        state.remove(["a", "b"])
        #expect(bytes(state.next(at: start)) == "*3 $11 UNSUBSCRIBE $1 a $1 b ")
    }

    @Test("a new connection is told everything again, and confirmations start anew")
    func reconnect() {
        var state = SubscriptionState(silence: .seconds(2), at: start)
        state.connected(at: start)
        state.add(["a"])
        _ = state.next(at: start)
        state.confirm("a")
        #expect(state.confirmed == ["a"])
        state.lost()
        #expect(state.confirmed.isEmpty)
        state.connected(at: start)
        #expect(bytes(state.next(at: start)) == "*2 $9 SUBSCRIBE $1 a ")
    }

    @Test("silence brings one PING, and a dead end when that stays unanswered")
    func silence() {
        var state = SubscriptionState(silence: .seconds(2), at: start)
        state.connected(at: start)
        #expect(state.next(at: start + .milliseconds(1999)) == nil)
        #expect(state.nextDeadline == start + .seconds(2))
        #expect(bytes(state.next(at: start + .seconds(2))) == "*1 $4 PING ")
        #expect(state.next(at: start + .seconds(3)) == nil)
        #expect(!state.isDead(at: start + .milliseconds(3999)))
        #expect(state.isDead(at: start + .seconds(4)))
        state.heard(at: start + .seconds(3))
        #expect(!state.isDead(at: start + .seconds(100)))
    }
}
