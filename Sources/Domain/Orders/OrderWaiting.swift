package import FoundationEssentials

/// What an order waits for before its customer knows more.
package struct OrderWaiting: Hashable, Sendable {
    /// What keeps it.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Others are before it.
        case queued
        /// It is being paid.
        case inProgress = "in_progress"
        /// The payment provider fails. The order goes on by itself when it is back.
        case providerUnavailable = "provider_unavailable"
        /// Its job has ended without an outcome. An operator can bring it back until the order's time is up; then it
        /// ends by itself.
        case stopped
    }

    /// What keeps it.
    package let reason: Reason
    /// Its place among the orders that wait for their turn, from 1; `nil` once its turn has come.
    package let position: Int?
    /// How long that will take at the pace at which orders were served lately, `nil` when it is not known.
    package let estimatedSeconds: Int?

    /// - Parameters:
    ///   - ahead: how many orders are before it, `nil` once its turn has come.
    ///   - pace: how fast orders are served, `nil` when it is not known.
    ///   - isProviderAway: whether calls to the payment provider are held back.
    ///   - isStopped: whether nothing works on it any more.
    package init(ahead: Int?, pace: CheckoutPace?, isProviderAway: Bool, isStopped: Bool = false) {
        reason = isStopped ? .stopped : isProviderAway ? .providerUnavailable : ahead == nil ? .inProgress : .queued
        position = isStopped ? nil : ahead.map { $0 + 1 }
        estimatedSeconds = isProviderAway ? nil : position.flatMap { pace?.seconds(at: $0) }
    }
}

extension Order {
    /// Whether it waits for us or for the payment provider: not for its customer, and not for a bank.
    package var isWaiting: Bool {
        switch status {
        case .pending: true
        case .reserved: payment?.status == .created || payment?.status == .confirming
        case .confirmed, .rejected, .paymentFailed, .expired, .canceled, .partiallyRefunded, .refunded: false
        }
    }
}

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
