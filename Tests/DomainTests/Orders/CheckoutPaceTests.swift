import Domain
import FoundationEssentials
import Testing

@Suite("An estimate comes from how fast orders were served, and is none where nobody can tell")
struct CheckoutPaceTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func served(_ placed: Double, _ done: Double) -> CheckoutPace.Served {
        .init(placedAt: Self.now.addingTimeInterval(placed), doneAt: Self.now.addingTimeInterval(done))
    }

    private func measure(_ served: [CheckoutPace.Served], waiting: Double? = nil) -> CheckoutPace? {
        CheckoutPace(served: served, waitingSince: waiting.map { Self.now.addingTimeInterval($0) }, now: Self.now)
    }

    @Test("on an idle shop an order takes as long as it took, however long nobody came")
    func idle() throws {
        let pace = try #require(
            measure([served(-400, -399.94), served(-200, -199.94), served(-50, -49.94)], waiting: -0.01))
        #expect(abs(pace.secondsPerOrder - 0.063) < 0.01)
        #expect(pace.seconds(at: 1) == 1)
    }

    @Test("under load orders are served as often as one is done")
    func busy() throws {
        // All came at once; one was done every two seconds.
        let line = (1...20).map { served(-60, -60 + 2 * Double($0)) }
        let pace = try #require(measure(line, waiting: -20))
        #expect(abs(pace.secondsPerOrder - 3) < 0.01)
        #expect(pace.seconds(at: 5) == 15)
    }

    @Test("several at once count as one stretch of time")
    func concurrent() throws {
        let pace = try #require(measure((0..<10).map { _ in served(-11, -10) }))
        #expect(abs(pace.secondsPerOrder - 0.1) < 0.001)
    }

    @Test("nothing served, or nothing that moves, is no pace")
    func standing() {
        #expect(measure([]) == nil)
        #expect(measure([], waiting: -1) == nil)
        #expect(measure([served(-200, -199)], waiting: -60) == nil)
        #expect(measure([served(-200, -199)], waiting: -20) != nil)
    }

    @Test("clocks that jump, and places beyond every line, make no nonsense")
    func extremes() throws {
        let pace = try #require(measure([served(100, 50), served(-5, -4)], waiting: 300))
        #expect(pace.secondsPerOrder >= 0)
        #expect(pace.seconds(at: .max) == nil)
        #expect(pace.seconds(at: 1) ?? 0 >= 1)
    }

    @Test("what has stopped, or waits for the provider, has no estimate")
    func reasons() throws {
        let pace = try #require(measure([served(-2, -1)]))
        #expect(OrderWaiting(ahead: 2, pace: pace, isProviderAway: false).estimatedSeconds == 3)
        #expect(OrderWaiting(ahead: 2, pace: nil, isProviderAway: false).estimatedSeconds == nil)
        #expect(OrderWaiting(ahead: nil, pace: pace, isProviderAway: false).estimatedSeconds == nil)
        #expect(OrderWaiting(ahead: 2, pace: pace, isProviderAway: true).estimatedSeconds == nil)
        let stopped = OrderWaiting(ahead: 2, pace: pace, isProviderAway: true, isStopped: true)
        #expect(stopped.reason == .stopped && stopped.position == nil && stopped.estimatedSeconds == nil)
    }
}
