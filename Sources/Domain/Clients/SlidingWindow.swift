/// So many requests in so much time.
package struct RequestLimit: Sendable, Hashable {
    /// Values that are taken for ``count``.
    package static let counts = 1...1_000_000
    /// Values that are taken for ``seconds``: up to a day.
    package static let windows = 1...86_400

    /// How many.
    package let count: Int
    /// In how long, in seconds.
    package let seconds: Int

    /// Values outside ``counts`` and ``windows`` become their nearest bound.
    package init(_ count: Int, per seconds: Int) {
        self.count = min(max(count, Self.counts.lowerBound), Self.counts.upperBound)
        self.seconds = min(max(seconds, Self.windows.lowerBound), Self.windows.upperBound)
    }

    /// Reads `60/min`, `5/s`, `20/hour`, `10/day` and several of a unit, as in `10/15min`. `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Self.number(parts[0]) else { return nil }
        let digits = parts[1].prefix { ("0"..."9").contains($0) }
        let unit: Int
        switch parts[1].dropFirst(digits.count) {
        case "s": unit = 1
        case "min": unit = 60
        case "hour": unit = 3600
        case "day": unit = 86_400
        default: return nil
        }
        guard let times = digits.isEmpty ? 1 : Self.number(digits) else { return nil }
        let (seconds, overflow) = times.multipliedReportingOverflow(by: unit)
        guard !overflow, Self.counts.contains(count), Self.windows.contains(seconds) else { return nil }
        self.init(count, per: seconds)
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

/// Counts requests over a window that moves with the clock: those of the present stretch of time, and of the one before
/// the share that the window still covers, as if they had come evenly. Two numbers for each client, and never more than
/// twice the limit within one window; usually within a few per cent.
///
/// A value; time comes from outside, in milliseconds of any one clock. Redis keeps the same numbers by the same rules,
/// see `RequestLimitScripts`.
package struct SlidingWindow: Sendable, Hashable {
    /// What became of a wish to take some.
    package struct Taken: Sendable, Hashable {
        /// How many were given: none, or up to as many as were wanted.
        package var granted: Int
        /// How many are left.
        package var left: Int
        /// Milliseconds until there is one again; 0 while there is.
        package var wait: Int64
        /// Milliseconds until the present stretch ends.
        package var resets: Int64

        /// Describes what became of a wish.
        package init(granted: Int, left: Int, wait: Int64, resets: Int64) {
            self.granted = granted
            self.left = left
            self.wait = wait
            self.resets = resets
        }
    }

    /// Number of the present stretch.
    private var stretch: Int64 = .min
    private var count: Int64 = 0
    private var before: Int64 = 0

    /// Nothing was counted yet.
    package init() {}

    /// Whether nothing of it counts any more.
    package func isOver(_ limit: RequestLimit, at now: Int64) -> Bool {
        stretch < now / (Int64(limit.seconds) * 1000) - 1
    }

    /// Takes up to `wanted`. What is refused is not counted: whoever goes on knocking is let in as soon as whoever
    /// waits.
    package mutating func take(_ wanted: Int, of limit: RequestLimit, at now: Int64) -> Taken {
        let length = Int64(limit.seconds) * 1000
        let number = now / length
        if stretch < number {
            before = stretch == number - 1 ? count : 0
            (count, stretch) = (0, number)
        }
        let into = min(max(now - stretch * length, 0), length)
        let free = Int64(
            (Double(limit.count) - Double(count) - Double(before) * Double(length - into) / Double(length)).rounded(
                .down))
        let granted = max(0, min(Int64(wanted), free))
        count += granted
        let wait = free > 0 ? 0 : wait(limit, length: length, into: into)
        return Taken(granted: Int(granted), left: Int(max(0, free - granted)), wait: wait, resets: length - into)
    }

    private func wait(_ limit: RequestLimit, length: Int64, into: Int64) -> Int64 {
        /// When the share of so many is down to what leaves room for one, in milliseconds of a stretch.
        func fading(_ many: Int64, beside others: Int64) -> Int64 {
            let share = Double(Int64(limit.count) - 1 - others) / Double(max(1, many))
            return Int64((Double(length) * (1 - max(0, share))).rounded(.up))
        }
        if count < limit.count { return max(1, fading(before, beside: count) - into) }
        return max(1, length - into + fading(count, beside: 0))
    }
}
