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
