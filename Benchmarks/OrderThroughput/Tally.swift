import Synchronization

/// Deals out the orders' numbers and gathers their answers.
final class Tally: Sendable {
    private struct State {
        var dealt = 0
        var round = Round()
    }
    private let orders: Int
    private let began = ContinuousClock().now
    private let state = Mutex(State())

    init(orders: Int) { self.orders = orders }

    func next() -> Int? {
        state.withLock { state in
            guard state.dealt < orders else { return nil }
            defer { state.dealt += 1 }
            return state.dealt
        }
    }

    /// Notes the answer to a request that was sent at this time.
    func add(_ status: Int, sent: ContinuousClock.Instant) {
        let now = ContinuousClock().now
        state.withLock { state in
            if status == 201 {
                state.round.answered.append((now - began) / .seconds(1))
                state.round.latencies.append(Int((now - sent) / .milliseconds(1)))
            } else {
                state.round.other.append(status)
            }
        }
    }

    var round: Round { state.withLock { $0.round } }
}
