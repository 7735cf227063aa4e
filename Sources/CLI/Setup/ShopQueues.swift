import JobQueue
import Storage

/// The queues of this shop, so that empty ones are listed too.
enum ShopQueues {
    static let all: [QueueName] = Array(
        Set([CheckoutOrder.queue, SendOrderConfirmation.queue, InvalidateProducts.queue, RefreshRates.queue])
    ).sorted { $0.rawValue < $1.rawValue }
}
