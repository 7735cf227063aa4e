package import JobQueue
import Storage

/// The queues of this shop.
package enum ShopQueues {
    /// Each queue with the number of its jobs that one worker process runs at once by default. Checkout spends its time
    /// waiting for the payment provider, so many fit side by side.
    package static let concurrency: [QueueName: Int] = [
        CheckoutOrder.queue: 64, SendEmail.queue: 32, InvalidateProducts.queue: 8, RefreshRates.queue: 1,
        RefundPayment.queue: 16, HandlePaymentEvent.queue: 16, ReconcilePayments.queue: 1,
    ]

    /// All of them in the order of their names, so that operators see the empty ones too.
    package static let all = concurrency.keys.sorted { $0.rawValue < $1.rawValue }
}
