import JobQueue
import Storage

/// The queues this shop uses, so that operators see the empty ones too.
enum ShopQueues {
    static let all: [QueueName] = [
        CheckoutOrder.queue, SendOrderConfirmation.queue, InvalidateProducts.queue, RefreshRates.queue,
    ]
}
