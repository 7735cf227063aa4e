/// What an order waits for before its customer knows more.
public struct OrderWaiting: Hashable, Sendable {
    /// What keeps it.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Others are before it.
        case queued
        /// It is being paid.
        case inProgress = "in_progress"
        /// The payment provider fails. The order goes on by itself when it is back.
        case providerUnavailable = "provider_unavailable"
    }

    /// What keeps it.
    public let reason: Reason
    /// Its place among the orders that wait for their turn, from 1; `nil` once its turn has come.
    public let position: Int?
    /// How long that will take at the pace of the last minute, `nil` when nobody can tell.
    public let estimatedSeconds: Int?

    /// - Parameters:
    ///   - ahead: how many orders are before it, `nil` once its turn has come.
    ///   - confirmedLastMinute: how many orders came to their end lately.
    ///   - isProviderAway: whether calls to the payment provider are held back.
    public init(ahead: Int?, confirmedLastMinute: Int, isProviderAway: Bool) {
        reason = isProviderAway ? .providerUnavailable : ahead == nil ? .inProgress : .queued
        position = ahead.map { $0 + 1 }
        estimatedSeconds =
            if let position, !isProviderAway, confirmedLastMinute > 0 {
                (position * 60 + confirmedLastMinute - 1) / confirmedLastMinute
            } else {
                nil
            }
    }
}

extension Order {
    /// Whether it waits for us or for the payment provider: not for its customer, and not for a bank.
    public var isWaiting: Bool {
        switch status {
        case .pending: true
        case .reserved: payment?.status == .created || payment?.status == .confirming
        case .confirmed, .rejected, .paymentFailed, .expired, .cancelled, .partiallyRefunded, .refunded: false
        }
    }
}
