import Domain
import PropertySupport
import Testing

@Suite("A client gets its limit in every window, and not twice of it at its edge")
struct SlidingWindowTests {
    @Test("so many in a window and no more")
    func counted() {
        var window = SlidingWindow()
        let limit = RequestLimit(5, per: 10)
        for left in (0..<5).reversed() {
            let taken = window.take(1, of: limit, at: 1_000_000)
            #expect(taken.granted == 1)
            #expect(taken.left == left)
        }
        let refused = window.take(1, of: limit, at: 1_000_000)
        #expect(refused.granted == 0)
        #expect(refused.wait > 0)
    }

    @Test("at the turn of a stretch, what was just used still counts")
    func turn() {
        var window = SlidingWindow()
        let limit = RequestLimit(100, per: 10)
        #expect(window.take(100, of: limit, at: 9_999).granted == 100)
        #expect(window.take(100, of: limit, at: 10_001).granted == 0)
        #expect(window.take(100, of: limit, at: 15_000).granted == 50)
        #expect(window.take(1, of: limit, at: 15_000).granted == 0)
    }

    @Test("whoever waits as long as was said is let in, and not much earlier", arguments: 0..<200)
    func waits(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &+ 7)
        let limit = RequestLimit(.random(in: 1...60, using: &random), per: .random(in: 1...900, using: &random))
        var window = SlidingWindow()
        var now = Int64.random(in: 0...4_000_000_000_000, using: &random)
        for _ in 0..<400 {
            now += Int64.random(in: 0...Int64(limit.seconds) * 1000 / Int64(limit.count), using: &random)
            let taken = window.take(1, of: limit, at: now)
            #expect(taken.left >= 0 && taken.left <= limit.count)
            guard taken.granted == 0 else { continue }
            #expect((1...Int64(limit.seconds) * 2000).contains(taken.wait))
            var later = window
            // A count of the machine's numbers may round the last millisecond away.
            #expect(later.take(1, of: limit, at: now + taken.wait + 1).granted == 1)
            if taken.wait > 2 {
                var earlier = window
                #expect(earlier.take(1, of: limit, at: now + taken.wait - 2).granted == 0)
            }
        }
    }

    @Test("within any window not much more passes than the limit", arguments: 0..<50)
    func bounded(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &+ 99)
        let limit = RequestLimit(50, per: 10)
        var window = SlidingWindow()
        var passed: [Int64] = []
        var now: Int64 = 5_000_000
        for _ in 0..<2_000 {
            now += Int64.random(in: 0...120, using: &random)
            if window.take(1, of: limit, at: now).granted == 1 { passed.append(now) }
        }
        for (index, start) in passed.enumerated() {
            let inside = passed[index...].prefix { $0 < start + 10_000 }.count
            #expect(inside <= 75)
        }
    }

    @Test("a clock that goes back neither traps nor opens the gate")
    func clock() {
        var window = SlidingWindow()
        let limit = RequestLimit(3, per: 1)
        #expect(window.take(3, of: limit, at: 50_000).granted == 3)
        #expect(window.take(1, of: limit, at: 10).granted == 0)
        #expect(window.take(1, of: limit, at: 52_000).granted == 1)
    }

    @Test(
        "limits are read as they are written",
        arguments: [
            ("60/min", 60, 60), ("5/s", 5, 1), ("20/hour", 20, 3600), ("10/day", 10, 86_400), ("10/15min", 10, 900),
            ("1000000/1s", 1_000_000, 1),
        ])
    func read(text: String, count: Int, seconds: Int) {
        #expect(RequestLimit(text) == RequestLimit(count, per: seconds))
    }

    @Test(
        "slips are found",
        arguments: [
            "", "60", "60/", "/min", "0/min", "60/0min", "60/min/s", "60/minute", "-1/min", "1000001/s", "60/2day",
            "1e3/s", "٣/min",
            "60 /min",
            "99999999999999999999/s", "5/99999999999999999999s", "+5/s",
        ])
    func slips(text: String) {
        #expect(RequestLimit(text) == nil)
    }

    @Test("what is not named keeps its standard")
    func settings() throws {
        let limits = try #require(RequestLimits("checkout=60/min,read=off"))
        #expect(limits[.checkout] == RequestLimit(60, per: 60))
        #expect(limits[.read] == nil)
        #expect(limits[.login] == RequestLimits.standard[.login])
        #expect(RequestLimits("off") == .off)
        for text in [
            "checkout", "checkout=", "checkout=60/min,checkout=5/s", "tea=5/s", "off,read=off", "checkout=60/min,",
            " checkout=60/min",
        ] {
            #expect(RequestLimits(text) == nil)
        }
    }
}
