internal import Arithmetic

/// Lets calls through at a steady rate, and a few at once after a quiet time. A value; time comes from outside, in
/// milliseconds of any one clock.
///
/// It may run into debt: whoever takes a token that is not there yet is told when it will be, waits that long and then
/// makes the call without asking again. So calls go out in the order in which they asked, however many wait. (J.
/// Turner, "New directions in communications", 1986; the debt is what the virtual scheduling algorithm of ITU-T I.371
/// keeps.)
package struct TokenBucket: Sendable, Hashable {
    /// Slower than this share of the rate it never becomes.
    package static let slowestPace = 1.0 / 16
    /// How much of the rate comes back in a second after the provider asked to slow down.
    package static let recovery = 0.05

    /// Below zero: taken in advance.
    private(set) var tokens: Double
    /// When ``tokens`` were counted. In the future while the provider wants no calls.
    private(set) var at: Int64
    /// The share of the rate that is used, 1 unless the provider has asked to slow down.
    private(set) var pace = 1.0

    /// A full one.
    package init(burst: Int, at now: Int64) {
        tokens = Double(burst)
        at = now
    }

    /// How long the next call has to wait, in milliseconds, and the bucket once it is taken.
    package func taking(rate: Int, burst: Int, at now: Int64) -> (wait: Int64, bucket: TokenBucket) {
        var next = refilled(rate: rate, burst: burst, at: now)
        let debt = max(0, 1 - next.tokens)
        let wait = next.at.saturatingSubtract(now).saturatingAdd(
            Int64(saturating: (debt / (Double(rate) * next.pace) * 1000).rounded(.up)))
        next.tokens -= 1
        return (wait, next)
    }

    /// The provider has refused a call for coming too fast: none goes out for `pause` milliseconds, and after that they
    /// go at half of the pace, which recovers within seconds. `false` when such a pause was under way already: that
    /// call was made before it, and says nothing new.
    package mutating func slowDown(for pause: Int64, rate: Int, burst: Int, at now: Int64) -> Bool {
        if at > now {
            at = max(at, now.saturatingAdd(pause))
            return false
        }
        self = refilled(rate: rate, burst: burst, at: now)
        tokens = min(tokens, 0)
        pace = max(Self.slowestPace, pace / 2)
        at = now.saturatingAdd(pause)
        return true
    }

    private func refilled(rate: Int, burst: Int, at now: Int64) -> TokenBucket {
        var next = self
        let seconds = Double(max(0, now.saturatingSubtract(at))) / 1000
        next.tokens = min(Double(burst), tokens + seconds * Double(rate) * pace)
        next.pace = min(1, pace + seconds * Self.recovery)
        next.at = max(at, now)
        return next
    }
}
