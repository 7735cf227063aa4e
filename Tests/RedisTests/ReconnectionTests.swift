import Testing

@testable import Redis

@Suite("Reconnecting: soon, then patiently, never in step")
struct ReconnectionTests {
    let start = ContinuousClock.now

    private func ready() -> Reconnection {
        var state = Reconnection(connectTimeout: .seconds(1), at: start)
        #expect(state.advance(to: start) == .open)
        state.opened(greetings: 2)
        let steps = [state.greeted(at: start), state.greeted(at: start)]
        #expect(steps == [false, true])
        #expect(state.phase == .ready)
        return state
    }

    @Test("opens at once and is ready after the last greeting")
    func opens() {
        #expect(ready().nextDeadline == nil)
    }

    @Test(
        "gives up an attempt that takes longer than the connect time-out, greeting included", arguments: [false, true])
    func givesUp(whileGreeting: Bool) {
        var state = Reconnection(connectTimeout: .seconds(1), at: start)
        #expect(state.advance(to: start) == .open)
        if whileGreeting { state.opened(greetings: 2) }
        #expect(state.advance(to: start + .milliseconds(999)) == .nothing)
        #expect(state.nextDeadline == start + .seconds(1))
        #expect(state.advance(to: start + .seconds(1)) == .giveUp)
    }

    @Test("waits longer after each failure, at most a second")
    func backsOff() {
        var state = Reconnection(connectTimeout: .seconds(1), at: start)
        var waits: [Duration] = []
        for _ in 0..<12 {
            #expect(state.advance(to: .now + .seconds(3600)) == .open)
            state.lost(at: start, jitter: 0.999)
            if case .waiting(let until) = state.phase { waits.append(until - start) }
        }
        #expect(waits[0] < .milliseconds(10))
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(waits.allSatisfy { $0 <= .seconds(1) })
        #expect(waits[11] > .milliseconds(990))
    }

    @Test("news of another server end the wait, and the next failure goes on with the back-off where it was")
    func hurries() {
        var state = Reconnection(connectTimeout: .seconds(1), at: start)
        for _ in 0..<8 {
            _ = state.advance(to: start + .seconds(3600))
            state.lost(at: start, jitter: 0.5)
        }
        #expect(state.advance(to: start) == .nothing)
        state.hurry(at: start)
        #expect(state.nextDeadline == start)
        #expect(state.advance(to: start) == .open)
        #expect(state.attempt == 8)
    }

    @Test("jitter shortens a wait by up to half")
    func jitter() {
        #expect(Reconnection.backOff(attempt: 6, jitter: 0) == .milliseconds(500))
        #expect(Reconnection.backOff(attempt: 0, jitter: 0) == .zero)
    }

    @Test("a connection that carried a reply or lasted a second starts the back-off anew; one dropped at once does not")
    func forgets() {
        var proved = ready()
        proved.lost(at: start, jitter: 0.5)
        #expect(proved.attempt == 1)
        _ = proved.advance(to: start + .seconds(1))
        proved.opened(greetings: 1)
        _ = proved.greeted(at: start + .seconds(1))
        proved.lost(at: start + .milliseconds(1001), jitter: 0.5)
        #expect(proved.attempt == 2)

        var answering = ready()
        answering.lost(at: start, jitter: 0.5)
        answering.proved()
        #expect(answering.attempt == 0)

        var lasting = ready()
        lasting.lost(at: start, jitter: 0.5)
        _ = lasting.advance(to: start + .seconds(1))
        lasting.opened(greetings: 1)
        _ = lasting.greeted(at: start + .seconds(1))
        lasting.lost(at: start + .seconds(3), jitter: 0.5)
        #expect(lasting.attempt == 1)
    }
}
