import Foundation
import Testing

@testable import JobQueue

@Suite("Of random expressions, zones and times")
struct CronPropertyTests {
    /// A field with what it allows, so that the parser is not asked what it thinks.
    private struct Field {
        let text: String
        let isWildcard: Bool
        /// By number.
        var allows = [Bool](repeating: false, count: 60)

        init(_ text: String, _ numbers: some Sequence<Int>) {
            self.text = text
            isWildcard = text.hasPrefix("*")
            for number in numbers { allows[number] = true }
        }
    }

    private struct Sample {
        let fields: [Field]

        var text: String { fields.map(\.text).joined(separator: " ") }

        var isWildcard: Bool { fields[0].isWildcard || fields[1].isWildcard }

        /// By gmtime(3), minute for minute: nothing of the engine's own calendar.
        func matches(local: Int) -> Bool {
            var time = time_t(local)
            var parts = tm()
            gmtime_r(&time, &parts)
            guard parts.tm_sec == 0, fields[0].allows[Int(parts.tm_min)], fields[1].allows[Int(parts.tm_hour)],
                fields[3].allows[Int(parts.tm_mon) + 1]
            else { return false }
            let (inMonth, inWeek) = (fields[2].allows[Int(parts.tm_mday)], fields[4].allows[Int(parts.tm_wday)])
            return fields[2].isWildcard || fields[4].isWildcard ? inMonth && inWeek : inMonth || inWeek
        }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014), so that a failure comes again.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private static func field(_ range: ClosedRange<Int>, stars: Double, using random: inout Random) -> Field {
        if Double.random(in: 0..<1, using: &random) < stars { return Field("*", range) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let step = Int.random(in: 1...max(1, (range.upperBound - range.lowerBound) / 2), using: &random)
            return Field("*/\(step)", stride(from: range.lowerBound, through: range.upperBound, by: step))
        case 1:
            let (first, second) = (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
            let (low, high) = (min(first, second), max(first, second))
            return Field("\(low)-\(high)", low...high)
        default:
            let numbers = (0...Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: range, using: &random) }
            return Field(numbers.map(String.init).joined(separator: ","), numbers)
        }
    }

    private static func sample(using random: inout Random) -> Sample {
        Sample(fields: [
            field(0...59, stars: 0.15, using: &random), field(0...23, stars: 0.3, using: &random),
            field(1...31, stars: 0.7, using: &random),
            field(1...12, stars: 0.8, using: &random), field(0...6, stars: 0.7, using: &random),
        ])
    }

    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu",
        "Pacific/Apia",
        "Pacific/Chatham",
        "America/Sao_Paulo", "America/St_Johns", "Africa/Casablanca", "Asia/Pyongyang", "America/Caracas",
        "Africa/Cairo", "Asia/Tehran",
        "Antarctica/Troll", "Pacific/Kwajalein", "America/Havana",
    ]

    /// Half of the times lie within two days of a change of the clock.
    private static func start(in zone: TimeZone, using random: inout Random) -> Int {
        let any = Int.random(in: 110_000_000..<2_100_000_000, using: &random)
        guard Bool.random(using: &random),
            let change = zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(any)))
        else { return any }
        return Int(change.timeIntervalSince1970) + Int.random(in: -172_800...172_800, using: &random)
    }

    @Test("the next slot is later, is shown by the clock, and nothing was missed before it", arguments: 1...8)
    func next(seed: UInt64) throws {
        var random = Random(state: seed)
        var tried = 0
        while tried < 500 {
            let sample = Self.sample(using: &random)
            // The few that name days which never come.
            guard let expression = try? CronExpression(parsing: sample.text) else { continue }
            tried += 1
            let name = Self.zones.randomElement(using: &random) ?? "UTC"
            let zone = try #require(TimeZone(identifier: name))
            let start = Self.start(in: zone, using: &random)
            let times = CronTimes(expression: expression, clock: ZoneClock(zone: zone))
            let next = times.next(after: start)
            let context: Comment = "\"\(sample.text)\" in \(name) after \(start) gives \(next), seed \(seed)"
            try #require(next > start, context)
            try #require(Self.isSlot(next, sample, zone), context)
            // Whole stretches of up to four days, and both ends of longer ones.
            for stretch in next - start <= 345_600
                ? [start + 1..<next] : [start + 1..<start + 172_800, next - 172_800..<next]
            {
                let missed = Self.candidates(in: stretch, zone).first { Self.isSlot($0, sample, zone) }
                try #require(missed == nil, "\(context); \(missed ?? 0) was missed")
            }
        }
    }

    private static func offset(_ zone: TimeZone, _ instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }

    /// Whole minutes of the wall clock; since 1973 all clocks show whole minutes of UTC, and are changed at one.
    private static func candidates(in stretch: Range<Int>, _ zone: TimeZone) -> StrideTo<Int> {
        stride(from: (stretch.lowerBound + 59) / 60 * 60, to: stretch.upperBound, by: 60)
    }

    /// What the documentation promises, word for word, by trying it out.
    private static func isSlot(_ instant: Int, _ sample: Sample, _ zone: TimeZone) -> Bool {
        let here = offset(zone, instant)
        if sample.matches(local: instant + here) {
            // Shown a second time: an earlier instant, under a larger offset, showed the same.
            let earlier = offset(zone, instant - 86_400 * 2)
            let wasShown =
                earlier > here && instant - (earlier - here) < instant
                && offset(zone, instant - (earlier - here)) == earlier
            return sample.isWildcard || !wasShown
        }
        guard !sample.isWildcard else { return false }
        let before = offset(zone, instant - 1)
        guard here > before else { return false }
        return stride(from: instant + before, to: instant + here, by: 60).contains { sample.matches(local: $0) }
    }
}
