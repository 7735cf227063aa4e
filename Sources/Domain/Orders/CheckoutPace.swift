package import FoundationEssentials

/// How fast orders are served while there are any to serve, measured from those served last.
///
/// The time between two outcomes only counts as far as orders were waiting: on an idle shop an order takes as long as
/// it took, not as long as no order came.
/// While one waits and nothing comes of it, that time counts as well, so that a shop that stands still promises
/// nothing.
package struct CheckoutPace: Hashable, Sendable {
    /// An order that came to an outcome.
    package struct Served: Hashable, Sendable {
        /// When it was accepted.
        package let placedAt: Date
        /// When its customer had an outcome.
        package let doneAt: Date

        package init(placedAt: Date, doneAt: Date) {
            self.placedAt = placedAt
            self.doneAt = doneAt
        }
    }

    /// For how long the first in line may have no outcome before the pace counts as unknown, in seconds.
    static let patience: TimeInterval = 30

    /// How long one order takes, on the whole, in seconds.
    package let secondsPerOrder: TimeInterval

    /// Measures. `nil` when nothing was served lately, or nothing moves.
    ///
    /// - Parameters:
    ///   - served: those served last.
    ///   - waitingSince: when the first of those was accepted that wait now, `nil` when none does.
    ///   - now: the time of the same clock.
    package init?(served: [Served], waitingSince: Date?, now: Date) {
        let served = served.sorted { $0.doneAt < $1.doneAt }
        guard let last = served.last else { return nil }
        var busy: TimeInterval = 0
        var before = Date.distantPast
        for order in served {
            busy += max(0, order.doneAt.timeIntervalSince(max(before, order.placedAt)))
            before = max(before, order.doneAt)
        }
        let standing = waitingSince.map { max(0, now.timeIntervalSince(max(last.doneAt, $0))) } ?? 0
        let pace = busy / Double(served.count)
        if standing > Self.patience, standing > 10 * pace { return nil }
        secondsPerOrder = (busy + standing) / Double(served.count)
    }

    /// How long the order at this place takes, from 1, in whole seconds rounded up. `nil` for what no customer would
    /// wait for.
    package func seconds(at place: Int) -> Int? {
        let seconds = (secondsPerOrder * Double(place)).rounded(.up)
        return seconds.isFinite && seconds < 86_400 ? max(1, Int(seconds)) : nil
    }
}
