import Domain
import JobQueue
import Logging
import Metrics
import Storage

/// Looks for money that the provider is about to let go.
struct CaptureDeadlines: Job {
    static let name = "payments.capture-deadlines"
    static let queue = ShopQueue.payments.name
    static let retry: RetryPolicy = .exponential(attempts: 5, from: .seconds(10), to: .minutes(5))
}

/// A day before the provider lets money go that nobody has asked for, says so, or takes it where the shop wants that.
/// Doing it twice does no harm.
struct CaptureDeadlinesHandler: JobHandler {
    /// How long before the end somebody is told.
    static let notice: Duration = .seconds(86_400)

    let store: CaptureStore
    /// Whether the money is taken, instead of only being talked about.
    let captures: Bool

    func run(_ job: CaptureDeadlines, in context: JobContext) async throws {
        let due = try await store.due(within: Self.notice)
        Gauge(label: "payments_capture_due").record(due.count)
        for capture in due {
            let isNews = try await store.noteDue(capture.orderID)
            let metadata: Logger.Metadata = [
                "order_id": "\(capture.orderID)", "order": "\(capture.orderNumber)", "amount": "\(capture.amount)",
                "before": "\(capture.before)",
            ]
            if captures {
                _ = try await store.request(capture.orderID, by: .system("worker"))
                context.logger.notice(
                    "money that is set aside is taken before the provider lets it go", metadata: metadata)
            } else if isNews {
                context.logger.error("money that is set aside will be let go unless it is captured", metadata: metadata)
            }
        }
    }
}
